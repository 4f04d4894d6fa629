package dev.cloister.local.cloudformation;

import java.time.Instant;
import tools.jackson.databind.node.ObjectNode;

/**
 * A resource that a stack made.
 *
 * @param properties with intrinsic functions worked out
 * @param isRetained whether it stays when the stack goes
 */
public record StackResource(
        String logicalId, String type, String physicalId, ObjectNode properties, boolean isRetained, Instant updated) {}
