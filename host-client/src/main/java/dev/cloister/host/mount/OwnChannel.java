package dev.cloister.host.mount;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import jnr.ffi.Runtime;

/** A {@code struct fuse_chan} through which libfuse's answers come here before they go to the kernel. */
final class OwnChannel {
    private final MemorySegment operations = Arena.ofAuto().allocate(3 * JAVA_LONG.byteSize(), 8);
    /** Held because jnr frees a callback that nobody holds. */
    private final Calls.LLL send;

    private final long address;

    /**
     * Makes one.
     *
     * @param bufferSize bytes of the longest request
     */
    OwnChannel(FuseLibrary library, int descriptor, long bufferSize, KernelAnswers answers) {
        send = (channel, parts, count) -> answers.send(RequestThread.request(), parts, (int) count);
        operations.set(
                JAVA_LONG,
                8,
                Runtime.getSystemRuntime()
                        .getClosureManager()
                        .getClosurePointer(Calls.LLL.class, send)
                        .address());
        address = library.fuse_chan_new(operations.address(), descriptor, bufferSize, 0);
    }

    long address() {
        return address;
    }
}
