package dev.cloister.enclave.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/** A number that one process sets and others of this kernel see, by way of a file that all of them map. */
public final class SharedNumber {
    private static final VarHandle NUMBER = JAVA_LONG.varHandle();

    private final MemorySegment memory;

    private SharedNumber(MemorySegment memory) {
        this.memory = memory;
    }

    /** Makes the file, which others may only read. */
    public static SharedNumber create(Path file) throws IOException {
        StandardOpenOption[] options = {StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE
        };
        try (FileChannel channel = FileChannel.open(file, options)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
            return new SharedNumber(channel.map(MapMode.READ_WRITE, 0, JAVA_LONG.byteSize(), Arena.ofAuto()));
        }
    }

    /** What another process has made, for reading. */
    public static SharedNumber open(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new SharedNumber(channel.map(MapMode.READ_ONLY, 0, JAVA_LONG.byteSize(), Arena.ofAuto()));
        }
    }

    public long get() {
        return (long) NUMBER.getVolatile(memory, 0L);
    }

    public void set(long number) {
        NUMBER.setVolatile(memory, 0L, number);
    }
}
