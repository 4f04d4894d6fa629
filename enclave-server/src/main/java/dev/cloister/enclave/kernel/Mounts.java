package dev.cloister.enclave.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.libc.SystemCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Mounts in this process's mount namespace. All need CAP_SYS_ADMIN. */
public final class Mounts {
    private static final long MS_NOSUID = 2;
    private static final long MS_NODEV = 4;
    private static final long MS_NOEXEC = 8;
    private static final long MS_REMOUNT = 32;
    /** From Linux 5.10 on; older kernels ignore it. */
    private static final long MS_NOSYMFOLLOW = 256;

    private static final long MS_BIND = 4096;
    private static final long MS_PRIVATE = 1 << 18;
    private static final int MNT_DETACH = 2;

    private static final MethodHandle MOUNT =
            Libc.bind("mount", JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS);
    private static final MethodHandle UMOUNT = Libc.bind("umount2", JAVA_INT, ADDRESS, JAVA_INT);

    private Mounts() {}

    /**
     * Mounts an empty memory-backed file system of its own, which nothing mounted elsewhere sees.
     *
     * @param bytes most it holds
     * @param mode of its top directory, in octal, for example {@code "0711"}
     */
    public static void tmpfs(Path target, long bytes, String mode) throws SystemCallException {
        String options = "size=" + bytes + ",mode=" + mode;
        mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, options);
        mount(null, target, null, MS_PRIVATE, null);
    }

    /** Mounts the processes of this process's pid namespace. */
    public static void proc(Path target) throws SystemCallException {
        mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, null);
    }

    /**
     * Makes a folder or file of data appear at {@code target} too: no programs, no devices and, where the kernel can,
     * no symbolic link followed.
     */
    public static void bindData(PathHandle source, Path target) throws SystemCallException {
        mount(source.path().toString(), target, null, MS_BIND, null);
        long guards = MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOSYMFOLLOW;
        mount(null, target, null, MS_REMOUNT | MS_BIND | guards, null);
    }

    /** Takes a mount and all below it out of sight; it ceases to exist when its last user is gone. */
    public static void detach(Path target) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            check("umount", (int) UMOUNT.invokeExact(Libc.errnoBuffer(), text(arena, target.toString()), MNT_DETACH));
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    private static void mount(
            @Nullable String source, Path target, @Nullable String type, long flags, @Nullable String options)
            throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            check("mount", (int) MOUNT.invokeExact(
                    Libc.errnoBuffer(),
                    text(arena, source),
                    text(arena, target.toString()),
                    text(arena, type),
                    flags,
                    text(arena, options)));
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    private static MemorySegment text(Arena arena, @Nullable String value) {
        return value == null ? MemorySegment.NULL : arena.allocateFrom(value, StandardCharsets.UTF_8);
    }

    private static void check(String call, int result) throws SystemCallException {
        if (result != 0) {
            throw new SystemCallException(call);
        }
    }
}
