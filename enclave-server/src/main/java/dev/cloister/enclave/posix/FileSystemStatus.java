package dev.cloister.enclave.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.cloister.protocol.libc.Libc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * What {@code fstatvfs(3)} tells; the C library's 64-bit layout is the same on both architectures.
 *
 * @param blockSize unit of {@code blocks} and {@code availableBlocks}, in bytes
 * @param availableBlocks blocks that this process may still fill
 * @param files inodes in all
 * @param availableFiles inodes that this process may still use
 */
public record FileSystemStatus(long blockSize, long blocks, long availableBlocks, long files, long availableFiles) {
    private static final MethodHandle FSTATVFS = Libc.bind("fstatvfs", JAVA_INT, JAVA_INT, ADDRESS);

    static FileSystemStatus of(int descriptor) throws PosixException {
        MemorySegment status = Scratch.struct();
        long _ = Calls.run(errno -> (int) FSTATVFS.invokeExact(errno, descriptor, status));
        return new FileSystemStatus(
                status.get(JAVA_LONG, 8),
                status.get(JAVA_LONG, 16),
                status.get(JAVA_LONG, 32),
                status.get(JAVA_LONG, 40),
                status.get(JAVA_LONG, 56));
    }
}
