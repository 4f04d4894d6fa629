package dev.cloister.local.cloudformation;

import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * A resource as a template has it.
 *
 * @param properties with intrinsic functions
 * @param dependsOn the resources it must come after, those it refers to among them
 * @param isRetained whether it stays when its stack is deleted
 * @param condition the condition under which it exists
 */
public record TemplateResource(
        String logicalId,
        String type,
        ObjectNode properties,
        Set<String> dependsOn,
        boolean isRetained,
        Optional<String> condition) {
    public TemplateResource {
        dependsOn = Set.copyOf(dependsOn);
    }
}
