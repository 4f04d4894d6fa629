package dev.cloister.enclave.posix;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.cloister.protocol.libc.Libc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** How functions of the C library are called here: again after EINTR, with errno as an exception. */
final class Calls {
    private static final MethodHandle CLOSE = Libc.bind("close", JAVA_INT, JAVA_INT);
    private static final MethodHandle UMASK = Libc.bind("umask", JAVA_INT, JAVA_INT);

    private Calls() {}

    /** One call; a negative result means that errno tells why. */
    interface Call {
        long with(MemorySegment errno) throws Throwable;
    }

    static long run(Call call) throws PosixException {
        try {
            MemorySegment errno = Libc.errnoBuffer();
            long result;
            do {
                result = call.with(errno);
            } while (result < 0 && Libc.errno() == Errno.EINTR);
            if (result < 0) {
                throw new PosixException(Libc.errno());
            }
            return result;
        } catch (PosixException e) {
            throw e;
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    /** Never again after EINTR: Linux has closed the descriptor by then, and another thread may own its number. */
    static void close(int descriptor) {
        try {
            int _ = (int) CLOSE.invokeExact(Libc.errnoBuffer(), descriptor);
        } catch (Throwable e) {
            throw Libc.unreachable(e);
        }
    }

    static void umask(int mask) throws PosixException {
        long _ = run(errno -> (int) UMASK.invokeExact(errno, mask));
    }
}
