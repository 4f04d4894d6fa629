package dev.cloister.enclave.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.libc.SystemCallException;
import java.io.Closeable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * A file or directory held by an {@code O_PATH} descriptor. Names are looked up one component at a time and symbolic
 * links are never followed, so what was checked is what is used, whatever is renamed meanwhile.
 */
public final class PathHandle implements Closeable {
    private static final int AT_FDCWD = -100;
    private static final int O_CLOEXEC = 0x80000;
    private static final int O_PATH = 0x200000;
    private static final int O_NOFOLLOW = switch (Architecture.current()) {
        case X86_64 -> 0x20000;
        case AARCH64 -> 0x8000;
    };

    private static final MethodHandle OPENAT =
            Libc.bindVariadic("openat", 3, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle CLOSE = Libc.bind("close", JAVA_INT, JAVA_INT);

    private final int descriptor;
    private boolean closed;

    private PathHandle(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Holds what the path stands for; only its last component is kept from being a followed link. */
    public static PathHandle open(Path path) throws SystemCallException {
        return openAt(AT_FDCWD, path.toString());
    }

    /**
     * Holds an entry of this directory.
     *
     * @param name one component, without a slash and neither {@code .} nor {@code ..}
     * @throws SystemCallException with ENOENT when there is none, ENOTDIR when this is no directory
     */
    public PathHandle child(String name) throws SystemCallException {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
            throw new IllegalArgumentException("not the name of an entry");
        }
        return openAt(descriptor, name);
    }

    public boolean isDirectory() throws IOException {
        return attributes().isDirectory();
    }

    public boolean isRegularFile() throws IOException {
        return attributes().isRegularFile();
    }

    /** A path by which this process reaches exactly what is held; good until {@link #close}. */
    public Path path() {
        return Path.of("/proc/self/fd/" + descriptor);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            int _ = (int) CLOSE.invokeExact(Libc.errnoBuffer(), descriptor);
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    /** The kernel resolves the path to the held object itself, a symbolic link included. */
    private BasicFileAttributes attributes() throws IOException {
        return Files.readAttributes(path(), BasicFileAttributes.class);
    }

    private static PathHandle openAt(int directory, String name) throws SystemCallException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name, StandardCharsets.UTF_8);
            int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
            int descriptor = (int) OPENAT.invokeExact(Libc.errnoBuffer(), directory, text, flags, 0);
            if (descriptor < 0) {
                throw new SystemCallException("open");
            }
            return new PathHandle(descriptor);
        } catch (SystemCallException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }
}
