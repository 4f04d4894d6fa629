package dev.cloister.enclave.sandbox;

import dev.cloister.enclave.kernel.Architecture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Starts processes behind walls, by bubblewrap: namespaces of their own for users, mounts, processes, network, IPC, host
 * name and control groups; no capability; no more privileges to be gained; a {@linkplain SystemCallFilter filter}. They
 * belong to an unprivileged user of the enclave even outside their user namespace, so that files of root such as
 * {@code /proc/sys/kernel/core_pattern} stay root's.
 *
 * <p>Needs root, and {@code bwrap}, {@code setpriv}, {@code prlimit}, {@code sh} in the image.
 */
public final class Sandbox {
    /** User and group of everything that is sandboxed: applications, and the file service whose files they share. */
    public static final int USER = 10001;

    private static final String PROGRAM_PATH = "/usr/sbin:/usr/bin:/sbin:/bin";
    private static final long SHARED_MEMORY_BYTES = 256L << 20;
    private static final int SPARE_PROCESSES = 1024;

    /**
     * Joins the control groups, takes its place before the kernel's out-of-memory killer, opens the two descriptors
     * that bubblewrap wants, and becomes it. All that varies comes in as parameters.
     */
    private static final String LAUNCH = """
            for group in $3; do echo $$ > "$group" || exit 125; done
            test -z "$4" || echo "$4" > /proc/self/oom_score_adj
            status=$1 filter=$2
            shift 4
            exec "$@" 8> "$status" 9< "$filter\"""";

    private final SystemFolders system;
    private final ControlGroups groups;
    private final Map<SystemCallFilter, Path> filters;
    private final AtomicLong count = new AtomicLong();

    /**
     * Prepares the filters.
     *
     * @param folder of root's own, for files that the launch needs
     */
    public Sandbox(SystemFolders system, ControlGroups groups, Path folder) throws IOException {
        this.system = system;
        this.groups = groups;
        this.filters = new EnumMap<>(SystemCallFilter.class);
        for (SystemCallFilter filter : SystemCallFilter.values()) {
            Path file = folder.resolve(filter.name());
            Files.write(file, filter.program(Architecture.current()));
            filters.put(filter, file);
        }
    }

    /** Starts a process whose output is read from the result. Ends with the calling thread, if that ends first. */
    public SandboxedProcess start(SandboxSpec spec, Path workFolder) throws IOException {
        return start(spec, workFolder, ProcessBuilder.Redirect.PIPE);
    }

    /**
     * Starts a process. Linux kills it when the calling thread ends, so that has to be one that waits for it.
     *
     * @param workFolder of root's own, for files of this one process
     * @param output where stdout and stderr go
     */
    public SandboxedProcess start(SandboxSpec spec, Path workFolder, ProcessBuilder.Redirect output)
            throws IOException {
        Path status = workFolder.resolve("status");
        Path filter = filters.getOrDefault(spec.filter(), status);
        String name = ProcessHandle.current().pid() + "-" + count.incrementAndGet();
        ControlGroup group = groups.create(name, spec.limits());
        try {
            List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", LAUNCH, "sh"));
            command.addAll(List.of(status.toString(), filter.toString(), group.membershipFiles()));
            command.add(spec.filter().killedFirst() ? "1000" : "");
            command.addAll(limits(spec.limits()));
            command.addAll(identity());
            command.addAll(bubblewrap(spec));
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(Path.of("/").toFile())
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(output)
                    .redirectError(output);
            builder.environment().clear();
            builder.environment().put("PATH", PROGRAM_PATH);
            return new SandboxedProcess(builder.start(), status, group);
        } catch (IOException | RuntimeException e) {
            group.close();
            throw e;
        }
    }

    private List<String> limits(ResourceLimits limits) {
        List<String> command = new ArrayList<>(List.of("prlimit", "--core=0"));
        if (!groups.available()) {
            limits.memoryMib().ifPresent(mib -> command.add("--data=" + ((long) mib << 20)));
            // Counts all processes of the user, so those of other runs and of the file service as well.
            limits.processes().ifPresent(processes -> command.add("--nproc=" + (processes + SPARE_PROCESSES)));
        }
        return command;
    }

    private static List<String> identity() {
        String user = Integer.toString(USER);
        return List.of("setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--no-new-privs");
    }

    private List<String> bubblewrap(SandboxSpec spec) {
        List<String> command = new ArrayList<>(List.of("bwrap", "--unshare-all", "--die-with-parent", "--new-session"));
        command.addAll(List.of("--cap-drop", "ALL", "--hostname", "cloister"));
        command.addAll(system.bubblewrapArguments());
        command.addAll(List.of("--proc", "/proc"));
        // Process 1 is bubblewrap, of the same user. Whoever could write to its memory could have it forget that it
        // dies with the process outside, and go on after the end.
        command.addAll(List.of("--perms", "0000", "--size", "4096", "--tmpfs", "/proc/1", "--remount-ro", "/proc/1"));
        command.addAll(List.of("--dev", "/dev"));
        command.addAll(scratch("/dev/shm", SHARED_MEMORY_BYTES));
        command.addAll(List.of("--remount-ro", "/dev"));
        for (Placement placement : spec.placements()) {
            command.addAll(
                    switch (placement) {
                        case Placement.ReadOnly(Path source, String at) -> List.of("--ro-bind", source.toString(), at);
                        case Placement.ReadWrite(Path source, String at) -> List.of("--bind", source.toString(), at);
                        case Placement.Scratch(String at, long bytes) -> scratch(at, bytes);
                    });
        }
        command.addAll(List.of("--remount-ro", "/", "--chdir", spec.folder(), "--clearenv"));
        spec.environment().forEach((name, value) -> command.addAll(List.of("--setenv", name, value)));
        command.addAll(List.of("--json-status-fd", "8", "--seccomp", "9", "--"));
        command.addAll(spec.command());
        return command;
    }

    private static List<String> scratch(String at, long bytes) {
        return List.of("--perms", "1777", "--size", Long.toString(bytes), "--tmpfs", at);
    }
}
