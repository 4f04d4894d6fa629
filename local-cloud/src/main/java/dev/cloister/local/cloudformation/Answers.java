package dev.cloister.local.cloudformation;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.xml.Xml;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** What actions answer, as the XML of the CloudFormation API reference. */
final class Answers {
    private Answers() {}

    static String stacks(List<Stack> stacks) throws StackException {
        List<String> members = new ArrayList<>();
        for (Stack stack : stacks) {
            members.add(stack(stack));
        }
        return Xml.members("Stacks", members);
    }

    private static String stack(Stack stack) throws StackException {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("StackId", stack.id());
        texts.put("StackName", stack.name());
        texts.put("CreationTime", stack.created().toString());
        texts.put("StackStatus", stack.status());
        if (!stack.reason().isEmpty()) {
            texts.put("StackStatusReason", stack.reason());
        }
        texts.put("DisableRollback", "false");
        JsonNode declared = stack.template().isEmpty()
                ? JsonText.object()
                : Template.parse(stack.template()).section("Outputs");
        List<String> outputs = new TreeMap<>(stack.outputs())
                .entrySet().stream()
                        .map(output -> Xml.element("OutputKey", output.getKey())
                                + Xml.element("OutputValue", output.getValue())
                                + Xml.element(
                                        "Description",
                                        declared.path(output.getKey())
                                                .path("Description")
                                                .asString("")))
                        .toList();
        return Xml.elements(texts)
                + parameters(stack.parameters())
                + Xml.members("Outputs", outputs)
                + Xml.members("Capabilities", List.of())
                + Xml.members("NotificationARNs", List.of())
                + Xml.members("Tags", List.of());
    }

    private static String parameters(Map<String, String> parameters) {
        return Xml.members(
                "Parameters",
                new TreeMap<>(parameters)
                        .entrySet().stream()
                                .map(one -> Xml.element("ParameterKey", one.getKey())
                                        + Xml.element("ParameterValue", one.getValue()))
                                .toList());
    }

    static String events(Stack stack) {
        return Xml.members(
                "StackEvents",
                stack.events().reversed().stream()
                        .map(event -> {
                            Map<String, String> texts = new LinkedHashMap<>();
                            texts.put("StackId", stack.id());
                            texts.put("EventId", event.id());
                            texts.put("StackName", stack.name());
                            texts.put("LogicalResourceId", event.logicalId());
                            texts.put("PhysicalResourceId", event.physicalId());
                            texts.put("ResourceType", event.type());
                            texts.put("Timestamp", event.time().toString());
                            texts.put("ResourceStatus", event.status());
                            if (!event.reason().isEmpty()) {
                                texts.put("ResourceStatusReason", event.reason());
                            }
                            return Xml.elements(texts);
                        })
                        .toList());
    }

    static String resources(Stack stack) {
        return Xml.members(
                "StackResources",
                stack.resources().stream()
                        .map(one -> {
                            Map<String, String> texts = new LinkedHashMap<>();
                            texts.put("StackName", stack.name());
                            texts.put("StackId", stack.id());
                            texts.put("LogicalResourceId", one.logicalId());
                            texts.put("PhysicalResourceId", one.physicalId());
                            texts.put("ResourceType", one.type());
                            texts.put("Timestamp", one.updated().toString());
                            texts.put("ResourceStatus", status(stack, one));
                            return Xml.elements(texts);
                        })
                        .toList());
    }

    private static String status(Stack stack, StackResource resource) {
        return stack.events().reversed().stream()
                .filter(event -> event.logicalId().equals(resource.logicalId()))
                .map(StackEvent::status)
                .findFirst()
                .orElse("CREATE_COMPLETE");
    }

    static String template(Template template) {
        List<String> parameters = new ArrayList<>();
        for (Map.Entry<String, JsonNode> one : template.section("Parameters").properties()) {
            String otherwise = one.getValue().has("Default")
                    ? Xml.element("DefaultValue", one.getValue().path("Default").asString(""))
                    : "";
            parameters.add(Xml.element("ParameterKey", one.getKey())
                    + otherwise
                    + Xml.element("NoEcho", "false")
                    + Xml.element(
                            "Description", one.getValue().path("Description").asString("")));
        }
        return Xml.members("Parameters", parameters)
                + Xml.element("Description", template.description())
                + Xml.members(
                        "Capabilities",
                        template.capabilities().stream().map(Xml::escape).toList());
    }

    static String changeSet(ChangeSet changeSet, String stackName) {
        boolean isEmpty = changeSet.changes().isEmpty();
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("ChangeSetName", changeSet.name());
        texts.put("ChangeSetId", changeSet.id());
        texts.put("StackId", changeSet.stackId());
        texts.put("StackName", stackName);
        texts.put("CreationTime", changeSet.created().toString());
        texts.put("ExecutionStatus", isEmpty ? "UNAVAILABLE" : "AVAILABLE");
        texts.put("Status", isEmpty ? "FAILED" : "CREATE_COMPLETE");
        if (isEmpty) {
            texts.put("StatusReason", Stacks.NOTHING);
        }
        return Xml.elements(texts)
                + parameters(changeSet.parameters())
                + Xml.members(
                        "Changes",
                        changeSet.changes().stream()
                                .map(change -> Xml.element("Type", "Resource") + "<ResourceChange>"
                                        + Xml.element("Action", change.action())
                                        + Xml.element("LogicalResourceId", change.logicalId())
                                        + Xml.element("ResourceType", change.type()) + "</ResourceChange>")
                                .toList());
    }
}
