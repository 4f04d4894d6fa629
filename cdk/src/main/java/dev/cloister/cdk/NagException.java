package dev.cloister.cdk;

import java.util.List;
import java.util.Map;
import software.amazon.awscdk.CfnResource;
import software.constructs.Construct;

/**
 * A rule of cdk-nag that a resource breaks on purpose. The reason stands beside the resource, in the template too, where
 * cdk-nag itself looks for it.
 */
record NagException(String rule, String reason) {
    static void accept(Construct resource, NagException... exceptions) {
        CfnResource target = resource instanceof CfnResource low
                ? low
                : (CfnResource) resource.getNode().getDefaultChild();
        List<Map<String, String>> rules = List.of(exceptions).stream()
                .map(exception -> Map.of("id", exception.rule, "reason", exception.reason))
                .toList();
        target.addMetadata("cdk_nag", Map.of("rules_to_suppress", rules));
    }
}
