package dev.cloister.local.stage;

import dev.cloister.image.file.FormatException;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.account.Account;
import dev.cloister.local.enclave.Enclave;
import dev.cloister.local.enclave.LocalEnclave;
import dev.cloister.local.enclave.ParentInstance;
import dev.cloister.local.vm.MachineSize;
import dev.cloister.local.vm.VirtualMachine;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The host: one enclave on its parent instance, and the commands of the enclave user. */
public final class HostSide {
    /** The instance that every enclave on the stage has for a parent. */
    public static final ParentInstance PARENT =
            new ParentInstance("i-0123456789abcdef0", "arn:aws:iam::111122223333:role/enclave-host");

    private static final Path MOUNTS = Path.of("/proc/self/mounts");

    private final LocalCloud cloud;
    private final Path folder;
    private final Cleanup cleanup;
    private Commands commands;

    /**
     * Nothing is started yet.
     *
     * @param home folder of the cloister command
     * @param folder for sockets, the mount and logs; an empty one with a short path
     * @param cleanup undoes what is started here
     */
    public HostSide(Path home, Path folder, LocalCloud cloud, Cleanup cleanup) throws IOException {
        this.cloud = cloud;
        this.folder = folder;
        this.cleanup = cleanup;
        this.commands = new Commands(home, cloud.environment(Account.host()))
                .with(
                        "XDG_RUNTIME_DIR",
                        Files.createDirectories(folder.resolve("run")).toString());
    }

    /** Starts an enclave from an image; later commands talk to it. */
    public LocalEnclave start(Path image) throws IOException, FormatException {
        LocalEnclave enclave =
                LocalEnclave.start(image, folder.resolve("enclave"), PARENT, cloud.attestationAuthority());
        cleanup.add("end the enclave", enclave::close);
        commands = commands.with("CLOISTER_ENCLAVE", enclave.address().toString());
        return enclave;
    }

    /** Boots an image in a virtual machine; later commands talk to it. */
    public Enclave startMachine(Path image, MachineSize size) throws IOException, FormatException {
        Enclave machine =
                VirtualMachine.start(image, folder.resolve("machine"), size, PARENT, cloud.attestationAuthority());
        cleanup.add("end the machine", machine::close);
        commands = commands.with("CLOISTER_ENCLAVE", machine.address().toString());
        return machine;
    }

    /** Lets the enclave reach the local KMS, and nothing else. */
    public void proxy() throws IOException, StageException {
        URI kms = cloud.endpoints().kms();
        Path allowList = folder.resolve("vsock-proxy.yaml");
        Files.writeString(allowList, "allowlist:\n- {address: " + kms.getHost() + ", port: " + kms.getPort() + "}\n");
        cleanup.add("stop the proxy", () -> commands.cloister("proxy", "--stop"));
        commands.cloister("proxy", "-s", "kms", "--config", allowList.toString());
    }

    /** Mounts the enclave's folder and returns what the enclave says of itself there. */
    public String sync() throws IOException, StageException {
        Files.createDirectories(mount());
        commands.cloister("sync", "-d", mount().toString());
        cleanup.add("unmount " + mount(), this::unmount);
        return Files.readString(mount().resolve("from_server.txt"));
    }

    /** Ends the mount, unless somebody has ended it before. */
    private void unmount() throws IOException, StageException {
        // Only the name of the mount point is looked at: without its client it would answer nothing.
        Path real = folder.toRealPath().resolve(mount().getFileName());
        List<String> mounts = Files.readAllLines(MOUNTS);
        if (mounts.stream().anyMatch(line -> line.split(" ", -1)[1].equals(real.toString()))) {
            commands.program("fusermount", "-u", "-z", mount().toString());
        }
    }

    /** Where the enclave's folder is mounted. */
    public Path mount() {
        return folder.resolve("synced");
    }

    /** Where the enclave takes packages from. */
    public Path packages() throws IOException {
        return Files.createDirectories(mount().resolve("encrypted"));
    }

    /** Runs an application; {@code arguments} as {@code -a} takes them. */
    public Commands.Outcome run(String packageName, String entrypoint, String arguments) throws IOException {
        return commands.tryCloister("run", "-f", packageName, "-s", entrypoint, "-a", arguments, "--json");
    }

    public Commands commands() {
        return commands;
    }
}
