package dev.cloister.local.cloudformation;

import dev.cloister.local.iam.Roles;
import dev.cloister.local.kms.KmsService;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.s3.Buckets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/** What can be done with stacks. A change is done when its call returns; changes come one after another. */
final class Stacks {
    private static final Set<String> CHANGEABLE =
            Set.of("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE");
    static final String IN_REVIEW = "REVIEW_IN_PROGRESS";
    static final String NOTHING = "No updates are to be performed.";

    private final StackStore store;
    private final Deployment.Services services;
    private final InstantSource clock;
    private final Map<String, ChangeSet> changeSets = new ConcurrentHashMap<>();
    private final ReentrantLock changes = new ReentrantLock();

    Stacks(StackStore store, KmsService keys, Buckets buckets, Roles roles, InstantSource clock) {
        this.store = store;
        this.services = new Deployment.Services(keys, buckets, roles);
        this.clock = clock;
    }

    /** Who asks, and where. */
    record Asker(Caller caller, String region) {}

    /**
     * What is asked to be deployed.
     *
     * @param template absent where the stack's own is to be used again
     * @param kept the parameters whose values stay as they are
     * @param capabilities what the caller acknowledges
     */
    record Wish(
            String stackName,
            Optional<String> template,
            Map<String, String> parameters,
            List<String> kept,
            List<String> capabilities) {}

    /** A template that has been found deployable, with all of its parameters. */
    private record Plan(Template template, String text, Map<String, String> parameters) {}

    Stack create(Asker asker, Wish wish) throws StackException {
        changes.lock();
        try {
            requireFree(asker, wish.stackName(), stack -> false);
            Deployment deployment = deployment(asker, wish.stackName());
            deployment.require("cloudformation:CreateStack", arn(asker, wish.stackName(), "*"));
            Plan plan = plan(asker, wish, Optional.empty());
            Stack empty = empty(asker, wish.stackName(), "CREATE_IN_PROGRESS");
            return new StackChange(deployment, store, empty)
                    .deploy("CREATE", plan.template(), plan.text(), plan.parameters());
        } finally {
            changes.unlock();
        }
    }

    Stack update(Asker asker, Wish wish) throws StackException {
        changes.lock();
        try {
            Stack stack = changeable(asker, wish.stackName());
            Deployment deployment = deployment(asker, stack.name());
            deployment.require("cloudformation:UpdateStack", stack.id());
            Plan plan = plan(asker, wish, Optional.of(stack));
            if (changes(stack, plan).isEmpty() && plan.text().equals(stack.template())) {
                throw StackException.validation(NOTHING);
            }
            return new StackChange(deployment, store, stack)
                    .deploy("UPDATE", plan.template(), plan.text(), plan.parameters());
        } finally {
            changes.unlock();
        }
    }

    /** Deletes a stack; that there is none is no error. */
    void delete(Asker asker, String nameOrId) throws StackException {
        changes.lock();
        try {
            Optional<Stack> stack = store.find(asker.caller().account(), asker.region(), nameOrId);
            if (stack.isPresent()) {
                Deployment deployment = deployment(asker, stack.get().name());
                deployment.require("cloudformation:DeleteStack", stack.get().id());
                new StackChange(deployment, store, stack.get()).delete();
            }
        } finally {
            changes.unlock();
        }
    }

    Stack find(Asker asker, String nameOrId, String action) throws StackException {
        Stack stack = store.find(asker.caller().account(), asker.region(), nameOrId)
                .orElseThrow(() -> StackException.validation("Stack with id " + nameOrId + " does not exist"));
        deployment(asker, stack.name()).require("cloudformation:" + action, stack.id());
        return stack;
    }

    List<Stack> list(Asker asker) throws StackException {
        deployment(asker, "").require("cloudformation:DescribeStacks", "*");
        return store.list(asker.caller().account(), asker.region());
    }

    /** Reads a template without deploying it. */
    Template validate(Asker asker, String text) throws StackException {
        deployment(asker, "").require("cloudformation:ValidateTemplate", "*");
        Template template = parse(text);
        ResourceTypes.check(template);
        return template;
    }

    ChangeSet createChangeSet(Asker asker, Wish wish, String name, boolean isCreation) throws StackException {
        changes.lock();
        try {
            Deployment deployment = deployment(asker, wish.stackName());
            deployment.require("cloudformation:CreateChangeSet", arn(asker, wish.stackName(), "*"));
            Optional<Stack> present = Optional.empty();
            if (isCreation) {
                requireFree(asker, wish.stackName(), stack -> stack.status().equals(IN_REVIEW));
            } else {
                present = Optional.of(changeable(asker, wish.stackName()));
            }
            Plan plan = plan(asker, wish, present);
            Stack stack = present.or(() -> store.find(asker.caller().account(), asker.region(), wish.stackName()))
                    .orElseGet(() -> empty(asker, wish.stackName(), IN_REVIEW));
            store.put(stack);
            ChangeSet changeSet = new ChangeSet(
                    "arn:aws:cloudformation:" + asker.region() + ":" + stack.account() + ":changeSet/" + name + "/"
                            + UUID.randomUUID(),
                    name,
                    stack.id(),
                    clock.instant(),
                    isCreation,
                    plan.text(),
                    plan.parameters(),
                    changes(stack, plan));
            changeSets.put(changeSet.id(), changeSet);
            return changeSet;
        } finally {
            changes.unlock();
        }
    }

    ChangeSet changeSet(Asker asker, Optional<String> stackName, String nameOrId) throws StackException {
        Optional<Stack> stack =
                stackName.flatMap(name -> store.find(asker.caller().account(), asker.region(), name));
        ChangeSet found = changeSets.values().stream()
                .filter(one -> one.stackId().contains(":" + asker.caller().account() + ":"))
                .filter(one -> one.id().equals(nameOrId)
                        || (one.name().equals(nameOrId)
                                && stack.filter(its -> its.id().equals(one.stackId()))
                                        .isPresent()))
                .findFirst()
                .orElseThrow(
                        () -> new StackException("ChangeSetNotFound", "ChangeSet [" + nameOrId + "] does not exist"));
        deployment(asker, "").require("cloudformation:DescribeChangeSet", found.stackId());
        return found;
    }

    Stack execute(Asker asker, ChangeSet changeSet) throws StackException {
        changes.lock();
        try {
            Stack stack = find(asker, changeSet.stackId(), "ExecuteChangeSet");
            Deployment deployment = deployment(asker, stack.name());
            changeSets.remove(changeSet.id());
            return new StackChange(deployment, store, stack)
                    .deploy(
                            changeSet.isCreation() ? "CREATE" : "UPDATE",
                            parse(changeSet.template()),
                            changeSet.template(),
                            changeSet.parameters());
        } finally {
            changes.unlock();
        }
    }

    void deleteChangeSet(Asker asker, ChangeSet changeSet) throws StackException {
        deployment(asker, "").require("cloudformation:DeleteChangeSet", changeSet.stackId());
        changeSets.remove(changeSet.id());
    }

    private void requireFree(Asker asker, String name, Predicate<Stack> allowed) throws StackException {
        if (!name.matches("[a-zA-Z][-a-zA-Z0-9]{0,127}")) {
            throw StackException.validation(
                    "1 validation error detected: Value '" + name + "' at 'stackName' failed to "
                            + "satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*");
        }
        Optional<Stack> present = store.find(asker.caller().account(), asker.region(), name);
        if (present.isPresent() && !allowed.test(present.get())) {
            throw new StackException("AlreadyExistsException", "Stack [" + name + "] already exists");
        }
    }

    private Stack changeable(Asker asker, String name) throws StackException {
        Stack stack = store.find(asker.caller().account(), asker.region(), name)
                .orElseThrow(() -> StackException.validation("Stack [" + name + "] does not exist"));
        if (!CHANGEABLE.contains(stack.status())) {
            throw StackException.validation(
                    "Stack:" + stack.id() + " is in " + stack.status() + " state and can not be updated.");
        }
        return stack;
    }

    /** Everything that can be said against a wish before anything is changed. */
    private static Plan plan(Asker asker, Wish wish, Optional<Stack> present) throws StackException {
        String text = wish.template()
                .or(() -> present.map(Stack::template))
                .orElseThrow(
                        () -> StackException.validation("Either Template URL or Template Body must be specified."));
        Template template = parse(text);
        ResourceTypes.check(template);
        if (!template.capabilities().stream()
                .allMatch(needed -> wish.capabilities().contains(needed)
                        || wish.capabilities().contains("CAPABILITY_NAMED_IAM"))) {
            throw new StackException(
                    "InsufficientCapabilitiesException", "Requires capabilities : " + template.capabilities());
        }
        Map<String, String> given = new HashMap<>(wish.parameters());
        for (String name : wish.kept()) {
            String value = present.map(stack -> stack.parameters().get(name))
                    .orElseThrow(
                            () -> StackException.validation(
                                    "Invalid input for parameter key " + name
                                            + ". Cannot specify usePreviousValue as true for a parameter key not in the previous template"));
            given.put(name, value);
        }
        Map<String, String> parameters = ParameterValues.check(template, given);
        Scope scope = Scope.of(template, parameters, asker.caller().account(), asker.region(), wish.stackName());
        for (TemplateResource resource : template.resources()) {
            scope.holds(resource.condition());
        }
        return new Plan(template, text, parameters);
    }

    private static Template parse(String text) throws StackException {
        if (text.length() > Template.MAX_BYTES) {
            throw StackException.validation("1 validation error detected: Value at 'templateBody' failed to satisfy "
                    + "constraint: Member must have length less than or equal to " + Template.MAX_BYTES);
        }
        return Template.parse(text);
    }

    /** What a plan adds, changes and removes; a resource counts as changed as soon as what it is made from has. */
    private static List<ChangeSet.Change> changes(Stack stack, Plan plan) throws StackException {
        List<ChangeSet.Change> changes = new ArrayList<>();
        boolean hasOtherValues = !plan.parameters().equals(stack.parameters());
        Map<String, TemplateResource> before = new HashMap<>();
        if (!stack.template().isEmpty()) {
            Template.parse(stack.template()).resources().forEach(one -> before.put(one.logicalId(), one));
        }
        for (TemplateResource one : plan.template().resources()) {
            TemplateResource old = before.remove(one.logicalId());
            if (stack.resource(one.logicalId()).isEmpty()) {
                changes.add(new ChangeSet.Change("Add", one.logicalId(), one.type()));
            } else if (hasOtherValues || !one.equals(old)) {
                changes.add(new ChangeSet.Change("Modify", one.logicalId(), one.type()));
            }
        }
        before.values().stream()
                .filter(one -> stack.resource(one.logicalId()).isPresent())
                .forEach(one -> changes.add(new ChangeSet.Change("Remove", one.logicalId(), one.type())));
        return changes;
    }

    private Deployment deployment(Asker asker, String stackName) {
        return new Deployment(asker.caller(), asker.region(), stackName, clock.instant(), services);
    }

    private Stack empty(Asker asker, String name, String status) {
        return new Stack(
                arn(asker, name, UUID.randomUUID().toString()),
                name,
                asker.caller().account(),
                asker.region(),
                clock.instant(),
                status,
                "",
                "",
                Map.of(),
                List.of(),
                Map.of(),
                List.of());
    }

    private static String arn(Asker asker, String name, String id) {
        return "arn:aws:cloudformation:" + asker.region() + ":" + asker.caller().account() + ":stack/" + name + "/"
                + id;
    }
}
