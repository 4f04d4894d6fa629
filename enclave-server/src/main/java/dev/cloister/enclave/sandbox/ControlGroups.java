package dev.cloister.enclave.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The kernel's control groups, version 1 or 2, as far as they are mounted and this process may use them. Where they are
 * not, limits per process take their place.
 */
public final class ControlGroups {
    private static final String PARENT = "cloister";

    /** Files of limits, by the name of what they limit, in the folder of each controller. */
    private record Controller(Path folder, Map<String, String> limitFiles) {}

    private static final String MEMORY = "memory";
    private static final String PIDS = "pids";

    private final List<Controller> controllers;

    private ControlGroups(List<Controller> controllers) {
        this.controllers = List.copyOf(controllers);
    }

    /** None: every sandbox falls back to limits per process. */
    public static ControlGroups none() {
        return new ControlGroups(List.of());
    }

    /** Those below a folder, normally {@code /sys/fs/cgroup}, that can really be used. */
    public static ControlGroups detect(Path root) {
        try {
            return Files.exists(root.resolve("cgroup.controllers")) ? versionTwo(root) : versionOne(root);
        } catch (IOException unusable) {
            return none();
        }
    }

    private static ControlGroups versionTwo(Path root) throws IOException {
        Files.writeString(root.resolve("cgroup.subtree_control"), "+memory +pids");
        Path parent = makeFolder(root.resolve(PARENT));
        Files.writeString(parent.resolve("cgroup.subtree_control"), "+memory +pids");
        return new ControlGroups(List.of(new Controller(parent, Map.of(MEMORY, "memory.max", PIDS, "pids.max"))));
    }

    private static ControlGroups versionOne(Path root) throws IOException {
        Path memory = makeFolder(root.resolve(MEMORY).resolve(PARENT));
        Path pids = makeFolder(root.resolve(PIDS).resolve(PARENT));
        return new ControlGroups(List.of(
                new Controller(memory, Map.of(MEMORY, "memory.limit_in_bytes")),
                new Controller(pids, Map.of(PIDS, "pids.max"))));
    }

    private static Path makeFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(folder);
        }
        return folder;
    }

    boolean available() {
        return !controllers.isEmpty();
    }

    /** Makes a group of each controller for one sandbox. */
    ControlGroup create(String name, ResourceLimits limits) throws IOException {
        Map<String, Long> values = new TreeMap<>();
        limits.memoryMib().ifPresent(mib -> values.put(MEMORY, (long) mib << 20));
        limits.processes().ifPresent(count -> values.put(PIDS, (long) count));
        List<Path> folders = new ArrayList<>();
        try {
            for (Controller controller : controllers) {
                Path folder = Files.createDirectory(controller.folder.resolve(name));
                folders.add(folder);
                for (Map.Entry<String, String> limit : controller.limitFiles.entrySet()) {
                    if (values.containsKey(limit.getKey())) {
                        Files.writeString(folder.resolve(limit.getValue()), values.get(limit.getKey()) + "\n");
                    }
                }
            }
            return new ControlGroup(folders);
        } catch (IOException e) {
            new ControlGroup(folders).close();
            throw e;
        }
    }
}
