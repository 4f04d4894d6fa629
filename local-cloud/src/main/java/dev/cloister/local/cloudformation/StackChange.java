package dev.cloister.local.cloudformation;

import dev.cloister.local.json.JsonText;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes a stack's resources what a template says, one after another, and puts back what was done when one fails. Each
 * step is on the disk before the next.
 */
final class StackChange {
    private final Deployment deployment;
    private final StackStore store;
    private final Deque<Undo> undos = new ArrayDeque<>();
    private final List<StackResource> superseded = new ArrayList<>();
    private final Map<String, StackResource> resources = new LinkedHashMap<>();
    private Stack stack;

    private interface Undo {
        void run() throws StackException;
    }

    StackChange(Deployment deployment, StackStore store, Stack stack) {
        this.deployment = deployment;
        this.store = store;
        this.stack = stack;
        stack.resources().forEach(resource -> resources.put(resource.logicalId(), resource));
    }

    /**
     * Deploys.
     *
     * @param verb {@code CREATE} or {@code UPDATE}
     */
    Stack deploy(String verb, Template template, String text, Map<String, String> parameters) {
        List<StackResource> before = stack.resources();
        status(verb + "_IN_PROGRESS", "");
        try {
            Scope scope = new Scope(template, parameters, stack.account(), stack.region(), stack.name(), stack.id());
            for (TemplateResource resource : template.resources()) {
                if (scope.holds(resource.condition())) {
                    make(resource, scope);
                }
            }
            stack = stack.deployed(text, parameters, outputs(template, scope));
            removeWhatIsNotThereAnyMore(template, scope);
            status(verb + "_COMPLETE", "");
        } catch (StackException e) {
            rollBack(verb, String.valueOf(e.getMessage()), before);
        }
        return stack;
    }

    private void make(TemplateResource wanted, Scope scope) throws StackException {
        ResourceType type = ResourceTypes.of(wanted.type());
        ObjectNode properties = JsonText.object();
        for (Map.Entry<String, JsonNode> property : wanted.properties().properties()) {
            JsonNode value = scope.resolve(property.getValue());
            if (!value.isMissingNode()) {
                properties.set(property.getKey(), value);
            }
        }
        StackResource present = resources.get(wanted.logicalId());
        String physicalId;
        if (present == null) {
            physicalId = create(wanted, type, properties);
        } else if (present.properties().equals(properties) && present.type().equals(wanted.type())) {
            physicalId = present.physicalId();
        } else if (!present.type().equals(wanted.type()) || type.mustReplace(present.properties(), properties)) {
            physicalId = create(wanted, type, properties);
            superseded.add(present);
        } else {
            physicalId = present.physicalId();
            update(wanted, type, present, properties);
        }
        resources.put(
                wanted.logicalId(),
                new StackResource(
                        wanted.logicalId(),
                        wanted.type(),
                        physicalId,
                        properties,
                        wanted.isRetained(),
                        deployment.now()));
        save();
        scope.add(
                wanted.logicalId(),
                type.reference(physicalId, stack.account(), stack.region()),
                type.attributes(physicalId, properties, stack.account(), stack.region()));
    }

    private String create(TemplateResource wanted, ResourceType type, ObjectNode properties) throws StackException {
        event(wanted.logicalId(), "", wanted.type(), "CREATE_IN_PROGRESS", "");
        try {
            type.check(properties);
            String name = properties
                    .path("Name")
                    .asString(properties.path("LogGroupName").asString(""));
            if (store.isTaken(stack.account(), stack.region(), wanted.type(), name)) {
                throw new StackException("AlreadyExists", name + " already exists");
            }
            String physicalId = type.create(deployment, wanted.logicalId(), properties);
            undos.push(() -> discard(new StackResource(
                    wanted.logicalId(), wanted.type(), physicalId, properties, wanted.isRetained(), deployment.now())));
            event(wanted.logicalId(), physicalId, wanted.type(), "CREATE_COMPLETE", "");
            return physicalId;
        } catch (StackException e) {
            event(wanted.logicalId(), "", wanted.type(), "CREATE_FAILED", String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private void update(TemplateResource wanted, ResourceType type, StackResource present, ObjectNode properties)
            throws StackException {
        String physicalId = present.physicalId();
        event(wanted.logicalId(), physicalId, wanted.type(), "UPDATE_IN_PROGRESS", "");
        try {
            type.check(properties);
            type.update(deployment, physicalId, present.properties(), properties);
            undos.push(() -> type.update(deployment, physicalId, properties, present.properties()));
            event(wanted.logicalId(), physicalId, wanted.type(), "UPDATE_COMPLETE", "");
        } catch (StackException e) {
            event(wanted.logicalId(), physicalId, wanted.type(), "UPDATE_FAILED", String.valueOf(e.getMessage()));
            throw e;
        }
    }

    private static Map<String, String> outputs(Template template, Scope scope) throws StackException {
        Map<String, String> outputs = new TreeMap<>();
        for (Map.Entry<String, JsonNode> output : template.section("Outputs").properties()) {
            Optional<String> condition =
                    Optional.ofNullable(output.getValue().path("Condition").asString(null));
            if (scope.holds(condition)) {
                outputs.put(
                        output.getKey(),
                        scope.resolve(output.getValue().path("Value")).asString(""));
            }
        }
        return outputs;
    }

    private void removeWhatIsNotThereAnyMore(Template template, Scope scope) throws StackException {
        Set<String> wanted = new HashSet<>();
        for (TemplateResource resource : template.resources()) {
            if (scope.holds(resource.condition())) {
                wanted.add(resource.logicalId());
            }
        }
        List<StackResource> gone = new ArrayList<>(superseded);
        resources.values().stream()
                .filter(one -> !wanted.contains(one.logicalId()))
                .forEach(gone::add);
        for (StackResource one : gone.reversed()) {
            try {
                discard(one);
            } catch (StackException e) {
                // As with AWS, a stack is up to date even when it leaves something behind that it could not delete.
                event(one.logicalId(), one.physicalId(), one.type(), "DELETE_FAILED", String.valueOf(e.getMessage()));
            }
        }
        resources.keySet().retainAll(wanted);
        save();
    }

    private void rollBack(String verb, String reason, List<StackResource> before) {
        String rollback = verb.equals("CREATE") ? "ROLLBACK" : "UPDATE_ROLLBACK";
        status(rollback + "_IN_PROGRESS", reason);
        boolean isWhole = true;
        while (!undos.isEmpty()) {
            try {
                undos.pop().run();
            } catch (StackException e) {
                isWhole = false;
                event(stack.name(), stack.id(), Stack.TYPE, rollback + "_FAILED", String.valueOf(e.getMessage()));
            }
        }
        resources.clear();
        before.forEach(one -> resources.put(one.logicalId(), one));
        save();
        status(rollback + (isWhole ? "_COMPLETE" : "_FAILED"), reason);
    }

    /** Deletes all resources, the last made first. */
    Stack delete() {
        status("DELETE_IN_PROGRESS", "");
        List<String> failed = new ArrayList<>();
        for (StackResource one : stack.resources().reversed()) {
            try {
                discard(one);
                resources.remove(one.logicalId());
                save();
            } catch (StackException e) {
                failed.add(one.logicalId());
                event(one.logicalId(), one.physicalId(), one.type(), "DELETE_FAILED", String.valueOf(e.getMessage()));
            }
        }
        if (failed.isEmpty()) {
            status(Stack.DELETED, "");
        } else {
            status(
                    "DELETE_FAILED",
                    failed.stream()
                            .collect(Collectors.joining(", ", "The following resource(s) failed to delete: [", "].")));
        }
        return stack;
    }

    private void discard(StackResource one) throws StackException {
        if (one.isRetained()) {
            event(one.logicalId(), one.physicalId(), one.type(), "DELETE_SKIPPED", "");
            return;
        }
        event(one.logicalId(), one.physicalId(), one.type(), "DELETE_IN_PROGRESS", "");
        ResourceTypes.of(one.type()).delete(deployment, one.physicalId(), one.properties());
        event(one.logicalId(), one.physicalId(), one.type(), "DELETE_COMPLETE", "");
    }

    private void save() {
        stack = stack.withResources(new ArrayList<>(resources.values()));
        store.put(stack);
    }

    private void status(String status, String reason) {
        stack = stack.withStatus(status, reason, newEvent(stack.name(), stack.id(), Stack.TYPE, status, reason));
        store.put(stack);
    }

    private void event(String logicalId, String physicalId, String type, String status, String reason) {
        stack = stack.withEvent(newEvent(logicalId, physicalId, type, status, reason));
    }

    private StackEvent newEvent(String logicalId, String physicalId, String type, String status, String reason) {
        return new StackEvent(
                UUID.randomUUID().toString(), deployment.now(), logicalId, physicalId, type, status, reason);
    }
}
