package dev.cloister.enclave.nsm;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.attestation.nsm.NsmLimits;
import dev.cloister.attestation.nsm.NsmTransport;
import dev.cloister.protocol.libc.Libc;
import dev.cloister.protocol.libc.SystemCallException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The security module as a character device, by the ioctl of Linux's {@code nsm} driver. */
public final class NsmDevice implements NsmTransport {
    /** {@code _IOWR(0x0A, 0, 32 bytes)} of the driver's {@code uapi/linux/nsm.h}. */
    private static final long NSM_IOCTL_RAW = 0xC0200A00L;

    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;

    private static final MethodHandle OPEN = Libc.bindVariadic("open", 2, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle IOCTL = Libc.bindVariadic("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS);

    /** Kept as long as the process lives. */
    private final int descriptor;

    private NsmDevice(int descriptor) {
        this.descriptor = descriptor;
    }

    /** Opens the device, normally {@code /dev/nsm}. */
    public static NsmDevice open(Path device) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom(device.toString(), StandardCharsets.UTF_8);
            int descriptor = (int) OPEN.invokeExact(Libc.errnoBuffer(), path, O_RDWR | O_CLOEXEC, 0);
            if (descriptor < 0) {
                throw new SystemCallException("cannot open " + device);
            }
            return new NsmDevice(descriptor);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    @Override
    public byte[] exchange(byte[] request) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment question = arena.allocateFrom(JAVA_BYTE, request);
            MemorySegment answer = arena.allocate(NsmLimits.MAX_RESPONSE);
            MemorySegment argument = arena.allocate(32, 8);
            argument.set(ADDRESS, 0, question);
            argument.set(JAVA_LONG, 8, request.length);
            argument.set(ADDRESS, 16, answer);
            argument.set(JAVA_LONG, 24, answer.byteSize());
            int result;
            do {
                result = (int) IOCTL.invokeExact(Libc.errnoBuffer(), descriptor, NSM_IOCTL_RAW, argument);
            } while (result < 0 && Libc.errno() == Libc.EINTR);
            if (result < 0) {
                throw new SystemCallException("the security module's driver");
            }
            long length = argument.get(JAVA_LONG, 24);
            if (length < 0 || length > answer.byteSize()) {
                throw new IOException("the security module's driver gave " + length + " bytes");
            }
            return answer.asSlice(0, length).toArray(JAVA_BYTE);
        } catch (IOException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }
}
