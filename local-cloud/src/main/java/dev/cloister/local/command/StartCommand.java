package dev.cloister.local.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.image.file.FormatException;
import dev.cloister.local.account.Account;
import dev.cloister.local.enclave.Enclave;
import dev.cloister.local.enclave.EnclaveFile;
import dev.cloister.local.enclave.Folders;
import dev.cloister.local.enclave.LocalEnclave;
import dev.cloister.local.enclave.ParentInstance;
import dev.cloister.local.nsm.LocalAttestationAuthority;
import dev.cloister.local.state.PrivateFiles;
import dev.cloister.local.vm.MachineSize;
import dev.cloister.local.vm.VirtualMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cloister local start}: what {@code nitro-cli run-enclave} is on a parent instance. */
@Command(
        name = "start",
        description = "Start an enclave from an image; ends with it, or with --detach leaves it running.")
final class StartCommand implements Callable<Integer> {
    private static final String INSTANCE = "i-0123456789abcdef0";
    private static final int MAX_CPUS = 64;

    /** A sandbox serves within a second or two; a machine whose processors are translated needs a minute. */
    private static final Duration SANDBOX_LIMIT = Duration.ofSeconds(60);

    private static final Duration MACHINE_LIMIT = Duration.ofMinutes(15);

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final EnclaveOption enclave = new EnclaveOption();

    @Option(names = "--detach", description = "Return as soon as it serves; 'cloister local stop' ends it.")
    private boolean detach;

    @ArgGroup(exclusive = false)
    private @Nullable Machine machine;

    /** The options of a virtual machine; the others need the first. */
    private static final class Machine {
        @Option(
                names = "--vm",
                required = true,
                description = "Boot the image's own kernel in a virtual machine (QEMU) instead of a sandbox.")
        private boolean isWanted;

        @Option(
                names = "--memory",
                paramLabel = "MIB",
                description = "Memory of the machine in MiB [four times the image, at least 1024].")
        private @Nullable Integer memoryMib;

        @Option(names = "--cpus", paramLabel = "N", description = "Its processors [${DEFAULT-VALUE}].")
        private int cpus = 2;

        MachineSize size() throws CommandException {
            if (cpus < 1 || cpus > MAX_CPUS || (memoryMib != null && (memoryMib < 256 || memoryMib > 1 << 20))) {
                throw new CommandException(
                        ExitStatus.USAGE,
                        "a machine has 256 to 1048576 MiB of memory and 1 to " + MAX_CPUS + " processors",
                        "leave --memory and --cpus out for what suits the image");
            }
            return new MachineSize(memoryMib == null ? OptionalInt.empty() : OptionalInt.of(memoryMib), cpus);
        }
    }

    @Parameters(paramLabel = "IMAGE", description = "The image file.")
    private Path image = Path.of("");

    @Override
    public Integer call() throws IOException, CommandException {
        if (EnclaveFile.read(enclave.file()).isPresent()) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "an enclave named '" + enclave.name() + "' is running",
                    "end it with 'cloister local stop', or give another --name");
        }
        if (detach) {
            PrivateFiles.directory(enclave.state().layout().enclaves());
            Duration limit = machine() == null ? SANDBOX_LIMIT : MACHINE_LIMIT;
            print(Detached.start("enclave", enclave.log(), arguments(), limit, () -> EnclaveFile.read(enclave.file())));
            return ExitStatus.DONE.code();
        }
        try (Enclave running = open()) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> close(running)));
            EnclaveFile facts = EnclaveFile.of(running);
            facts.write(enclave.file());
            print(facts);
            running.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return ExitStatus.FAILED.code();
    }

    private @Nullable Machine machine() {
        return machine != null && machine.isWanted ? machine : null;
    }

    private List<String> arguments() throws CommandException {
        List<String> arguments = new ArrayList<>(List.of("start", "--name", enclave.name()));
        arguments.addAll(List.of("--state", enclave.state().layout().root().toString()));
        Machine wanted = machine();
        if (wanted != null) {
            MachineSize size = wanted.size();
            arguments.addAll(List.of("--vm", "--cpus", Integer.toString(size.cpus())));
            size.memoryMib().ifPresent(mib -> arguments.addAll(List.of("--memory", Integer.toString(mib))));
        }
        arguments.add(image.toAbsolutePath().toString());
        return arguments;
    }

    private Enclave open() throws IOException, CommandException {
        Path root = enclave.state().layout().attestationRoot();
        if (!Files.exists(root)) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "there is no local cloud that could vouch for an enclave",
                    "start one with 'cloister local up --detach'");
        }
        // What an enclave that was killed has left.
        Folders.delete(enclave.folder());
        Account host = Account.host();
        ParentInstance parent = new ParentInstance(INSTANCE, "arn:aws:iam::" + host.id() + ":role/" + host.role());
        try {
            LocalAttestationAuthority authority = LocalAttestationAuthority.load(root, new SecureRandom());
            Machine wanted = machine();
            return wanted == null
                    ? LocalEnclave.start(image, enclave.folder(), parent, authority)
                    : VirtualMachine.start(image, enclave.folder(), wanted.size(), parent, authority);
        } catch (FormatException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    image + " is no usable image: " + e.getMessage(),
                    "make one with 'cloister image build'",
                    e);
        }
    }

    private void print(EnclaveFile facts) {
        Map<String, Object> lines = new LinkedHashMap<>();
        lines.put("EnclaveName", enclave.name());
        lines.put("Address", facts.address());
        lines.put("ProcessID", facts.pid());
        lines.put("PCR0", facts.pcr0());
        if (common.json()) {
            System.out.println(Json.write(lines));
        } else {
            lines.forEach((name, value) -> System.out.println(name + "\t" + value));
            System.err.println("cloister: hint: export CLOISTER_ENCLAVE=" + facts.address());
        }
        System.out.flush();
    }

    private void close(Enclave running) {
        try {
            Files.deleteIfExists(enclave.file());
            running.close();
        } catch (IOException e) {
            System.err.println("cloister: error: " + e.getMessage());
        }
    }
}
