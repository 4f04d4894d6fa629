package dev.cloister.local.cloudformation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A stack.
 *
 * @param id its ARN
 * @param status such as {@code CREATE_COMPLETE}
 * @param reason of the status; empty where all went well
 * @param template its text
 * @param resources in the order in which they were made
 * @param outputs by name
 * @param events oldest first
 */
public record Stack(
        String id,
        String name,
        String account,
        String region,
        Instant created,
        String status,
        String reason,
        String template,
        Map<String, String> parameters,
        List<StackResource> resources,
        Map<String, String> outputs,
        List<StackEvent> events) {
    static final String TYPE = "AWS::CloudFormation::Stack";
    static final String DELETED = "DELETE_COMPLETE";

    public Stack {
        parameters = Map.copyOf(parameters);
        resources = List.copyOf(resources);
        outputs = Map.copyOf(outputs);
        events = List.copyOf(events);
    }

    Stack withStatus(String newStatus, String why, StackEvent event) {
        List<StackEvent> more = new ArrayList<>(events);
        more.add(event);
        return new Stack(
                id, name, account, region, created, newStatus, why, template, parameters, resources, outputs, more);
    }

    Stack withEvent(StackEvent event) {
        return withStatus(status, reason, event);
    }

    Stack withResources(List<StackResource> others) {
        return new Stack(
                id, name, account, region, created, status, reason, template, parameters, others, outputs, events);
    }

    Stack deployed(String newTemplate, Map<String, String> newParameters, Map<String, String> newOutputs) {
        return new Stack(
                id,
                name,
                account,
                region,
                created,
                status,
                reason,
                newTemplate,
                newParameters,
                resources,
                newOutputs,
                events);
    }

    Optional<StackResource> resource(String logicalId) {
        return resources.stream()
                .filter(resource -> resource.logicalId().equals(logicalId))
                .findFirst();
    }
}
