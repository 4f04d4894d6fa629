package dev.cloister.local.cloudformation;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a change would do, kept until it is executed or deleted.
 *
 * @param isCreation whether executing it makes the stack
 * @param changes for each resource that would be added, changed or removed
 */
record ChangeSet(
        String id,
        String name,
        String stackId,
        Instant created,
        boolean isCreation,
        String template,
        Map<String, String> parameters,
        List<Change> changes) {
    ChangeSet {
        parameters = Map.copyOf(parameters);
        changes = List.copyOf(changes);
    }

    /**
     * One resource's part.
     *
     * @param action {@code Add}, {@code Modify} or {@code Remove}
     */
    record Change(String action, String logicalId, String type) {}
}
