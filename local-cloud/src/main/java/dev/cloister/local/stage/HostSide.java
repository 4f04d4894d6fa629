package dev.cloister.local.stage;

import dev.cloister.image.file.FormatException;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.account.Account;
import dev.cloister.local.enclave.LocalEnclave;
import dev.cloister.local.enclave.ParentInstance;
import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/** The host: one enclave on its parent instance, and the commands of the enclave user. */
public final class HostSide {
    /** The instance that every enclave on the stage has for a parent. */
    public static final ParentInstance PARENT =
            new ParentInstance("i-0123456789abcdef0", "arn:aws:iam::111122223333:role/enclave-host");

    /** The name of a machine; it is part of the paths of sockets, which are short. */
    private static final String MACHINE = "m";

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

    /**
     * Boots an image in a virtual machine, by the command that users type; later commands talk to it.
     *
     * @param state directory of the local cloud
     * @return the process that keeps it
     */
    public ProcessHandle startMachine(Path image, Path state) throws IOException, StageException {
        List<String> which = List.of("--state", state.toString(), "--name", MACHINE);
        cleanup.add("end the machine", () -> commands.cloister(words("local", "stop", which)));
        String told = commands.cloister(words("local", "start", which, "--vm", "--detach", "--json", image));
        try {
            ObjectNode facts = JsonText.parseObject(told.getBytes(StandardCharsets.UTF_8));
            commands = commands.with("CLOISTER_ENCLAVE", facts.path("Address").asString(""));
            return ProcessHandle.of(facts.path("ProcessID").longValue())
                    .orElseThrow(() -> new StageException("the machine has ended again"));
        } catch (MalformedJsonException e) {
            throw new StageException("cloister local start --json said: " + told);
        }
    }

    private static String[] words(String group, String command, List<String> which, Object... more) {
        List<String> words = new ArrayList<>(List.of(group, command));
        words.addAll(which);
        Stream.of(more).map(Object::toString).forEach(words::add);
        return words.toArray(String[]::new);
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
