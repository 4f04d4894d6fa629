package dev.cloister.local.cloudformation;

import java.time.Instant;

/**
 * Something that happened to a stack or to a resource of it.
 *
 * @param status such as {@code CREATE_COMPLETE}
 * @param reason empty where all went well
 */
public record StackEvent(
        String id, Instant time, String logicalId, String physicalId, String type, String status, String reason) {}
