package dev.cloister.host.sync;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.host.daemon.Daemon;
import dev.cloister.host.daemon.JavaCommand;
import dev.cloister.host.daemon.StateFolder;
import dev.cloister.host.enclave.EnclaveFinder;
import dev.cloister.host.mount.FuseMount;
import dev.cloister.host.mount.MountPoint;
import dev.cloister.host.remote.RemoteFileSystem;
import dev.cloister.protocol.channel.EnclaveAddress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cloister sync}: returns once the enclave's folder is mounted; a process in the background serves it. */
@Command(
        name = "cloister sync",
        description = "Mounts the enclave's folder and returns once it answers. 'fusermount -u DIR' ends it.")
public final class SyncCommand implements Callable<Integer> {
    /** Little heap, since file data stays outside it; and the full compiler, since it runs for long. */
    private static final List<String> JAVA_OPTIONS = List.of(
            "-Xmx64m",
            "-XX:MaxDirectMemorySize=64m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=4",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow");

    private final JavaCommand java;

    @Option(
            names = {"-d", "--directory"},
            required = true,
            paramLabel = "DIR",
            description = "Empty folder to mount on.")
    private Path directory = Path.of("");

    @Option(
            names = "--enclave",
            paramLabel = "ADDRESS",
            description = "vsock:<cid> or unix:<folder>; default: CLOISTER_ENCLAVE, else the enclave that runs.")
    private @Nullable String enclave;

    @Option(names = "--allow-other", description = "Let other users of this machine use the mount.")
    private boolean allowOther;

    @Option(names = "--foreground", description = "Serve the mount in this process, for finding faults.")
    private boolean foreground;

    @Option(names = "--detach", hidden = true)
    private boolean detach;

    @Mixin
    private CommonOptions common = new CommonOptions();

    public SyncCommand(JavaCommand java) {
        this.java = java;
    }

    @Override
    public Integer call() throws CommandException, IOException, InterruptedException {
        EnclaveAddress address = EnclaveFinder.ofThisMachine().find(enclave);
        Path folder = directory.toAbsolutePath();
        return foreground ? serve(address, folder) : startServing(address, folder);
    }

    private int startServing(EnclaveAddress address, Path folder) throws CommandException {
        List<String> arguments = new ArrayList<>(
                List.of("sync", "--foreground", "--detach", "-d", folder.toString(), "--enclave", address.toString()));
        if (allowOther) {
            arguments.add("--allow-other");
        }
        if (common.json()) {
            arguments.add("--json");
        }
        try {
            ProcessHandle server = Daemon.start(java.with(JAVA_OPTIONS, arguments));
            if (common.json()) {
                Map<String, @Nullable Object> line = new LinkedHashMap<>();
                line.put("mount_point", folder.toString());
                line.put("enclave", address.toString());
                line.put("pid", server.pid());
                System.out.println(Json.write(line));
            }
            return ExitStatus.DONE.code();
        } catch (Daemon.Failed e) {
            return e.status();
        }
    }

    private int serve(EnclaveAddress address, Path folder) throws CommandException, IOException, InterruptedException {
        MountPoint point = MountPoint.prepare(folder);
        try (RemoteFileSystem files = RemoteFileSystem.connect(address, () -> lost(address, folder))) {
            FuseMount mount = FuseMount.mount(files, point, allowOther);
            Thread unmountAtExit = new Thread(mount::close);
            Runtime.getRuntime().addShutdownHook(unmountAtExit);
            if (detach) {
                Daemon.detach(StateFolder.open(System.getenv()).log("sync" + folder));
            }
            mount.awaitEnd();
            removeHook(unmountAtExit);
        }
        return ExitStatus.DONE.code();
    }

    private static void lost(EnclaveAddress address, Path folder) {
        System.err.println("cloister: the connection to the enclave " + address + " has ended; to end the mount:"
                + " fusermount -u " + folder);
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyShuttingDown) {
            // The hook is what ended the mount.
        }
    }
}
