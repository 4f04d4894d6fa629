package dev.cloister.local.cloudformation;

import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.node.ObjectNode;

/** The stacks of all accounts, in memory and in files; a deleted one is remembered until the local cloud ends. */
public final class StackStore {
    private static final String PROJECT = "AWS::CodeBuild::Project";

    private final Path directory;
    private final Map<String, Stack> byId = new ConcurrentHashMap<>();

    private StackStore(Path directory) {
        this.directory = directory;
    }

    /** Opens the stacks that a directory keeps. */
    public static StackStore open(Path directory) throws IOException {
        StackStore store = new StackStore(PrivateFiles.directory(directory));
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "[!.]*.json")) {
            for (Path file : files) {
                Stack stack = StackFile.read(file);
                store.byId.put(stack.id(), stack);
            }
        }
        return store;
    }

    /** A stack by its ARN, or one that has not been deleted by its name. */
    Optional<Stack> find(String account, String region, String nameOrId) {
        return byId.values().stream()
                .filter(stack ->
                        stack.account().equals(account) && stack.region().equals(region))
                .filter(stack -> stack.id().equals(nameOrId)
                        || (stack.name().equals(nameOrId) && !stack.status().equals(Stack.DELETED)))
                .findFirst();
    }

    /** The stacks of an account that have not been deleted, by name. */
    List<Stack> list(String account, String region) {
        return byId.values().stream()
                .filter(stack ->
                        stack.account().equals(account) && stack.region().equals(region))
                .filter(stack -> !stack.status().equals(Stack.DELETED))
                .sorted(Comparator.comparing(Stack::name))
                .toList();
    }

    void put(Stack stack) {
        try {
            Path file = directory.resolve(stack.id().substring(stack.id().lastIndexOf('/') + 1) + ".json");
            if (stack.status().equals(Stack.DELETED)) {
                Files.deleteIfExists(file);
            } else {
                StackFile.write(file, stack);
            }
            byId.put(stack.id(), stack);
        } catch (IOException e) {
            throw new UncheckedIOException("the state directory cannot be written", e);
        }
    }

    /** Whether a stack has made such a thing. */
    boolean isTaken(String account, String region, String type, String physicalId) {
        return list(account, region).stream()
                .flatMap(stack -> stack.resources().stream())
                .anyMatch(one -> one.type().equals(type) && one.physicalId().equals(physicalId));
    }

    /** The properties of a CodeBuild project, as its stack worked them out. */
    public Optional<ObjectNode> project(String account, String region, String name) {
        return list(account, region).stream()
                .flatMap(stack -> stack.resources().stream())
                .filter(one -> one.type().equals(PROJECT) && one.physicalId().equals(name))
                .map(one -> one.properties().deepCopy().put("Name", name))
                .findFirst();
    }

    /** The names of an account's CodeBuild projects. */
    public List<String> projects(String account, String region) {
        return list(account, region).stream()
                .flatMap(stack -> stack.resources().stream())
                .filter(one -> one.type().equals(PROJECT))
                .map(StackResource::physicalId)
                .sorted()
                .toList();
    }
}
