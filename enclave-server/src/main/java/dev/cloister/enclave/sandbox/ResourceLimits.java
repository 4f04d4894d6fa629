package dev.cloister.enclave.sandbox;

import java.util.OptionalInt;

/**
 * What a sandboxed process and all its children may use.
 *
 * <p>With control groups both hold for all of them together, and what they write to memory-backed folders counts as
 * memory. Without, memory bounds each process's own data (RLIMIT_DATA), and the number of processes is a coarse bound on
 * all sandboxes' together (RLIMIT_NPROC).
 *
 * @param memoryMib in MiB; empty for no bound
 * @param processes processes and threads; empty for no bound
 */
public record ResourceLimits(OptionalInt memoryMib, OptionalInt processes) {
    public static final ResourceLimits NONE = new ResourceLimits(OptionalInt.empty(), OptionalInt.empty());
}
