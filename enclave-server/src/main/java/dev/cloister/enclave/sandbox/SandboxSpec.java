package dev.cloister.enclave.sandbox;

import java.util.List;
import java.util.Map;

/**
 * What runs in a sandbox, and what it sees there besides the system's folders.
 *
 * @param placements in the order in which they are made; a later one may lie inside an earlier one
 * @param folder absolute path in the sandbox that it starts in
 * @param environment all of it
 * @param command program and arguments; looked up on the environment's PATH
 */
public record SandboxSpec(
        List<Placement> placements,
        String folder,
        Map<String, String> environment,
        List<String> command,
        SystemCallFilter filter,
        ResourceLimits limits) {}
