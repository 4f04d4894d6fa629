package dev.cloister.enclave.sandbox;

import java.nio.file.Path;

/** Something that a sandboxed process sees at an absolute path. */
public sealed interface Placement {
    /** A file or folder, to be read only. */
    record ReadOnly(Path source, String at) implements Placement {}

    /** A file or folder, to be written too. */
    record ReadWrite(Path source, String at) implements Placement {}

    /** An empty memory-backed folder of its own, gone with the process. */
    record Scratch(String at, long bytes) implements Placement {}
}
