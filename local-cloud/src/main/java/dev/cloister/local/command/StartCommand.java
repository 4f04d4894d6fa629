package dev.cloister.local.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.image.file.FormatException;
import dev.cloister.local.account.Account;
import dev.cloister.local.enclave.EnclaveFile;
import dev.cloister.local.enclave.Folders;
import dev.cloister.local.enclave.LocalEnclave;
import dev.cloister.local.enclave.ParentInstance;
import dev.cloister.local.nsm.LocalAttestationAuthority;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
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

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final EnclaveOption enclave = new EnclaveOption();

    @Option(names = "--detach", description = "Return as soon as it serves; 'cloister local stop' ends it.")
    private boolean detach;

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
            List<String> arguments = List.of(
                    "start",
                    "--state",
                    enclave.state().layout().root().toString(),
                    "--name",
                    enclave.name(),
                    image.toAbsolutePath().toString());
            print(Detached.start("enclave", enclave.log(), arguments, () -> EnclaveFile.read(enclave.file())));
            return ExitStatus.DONE.code();
        }
        try (LocalEnclave running = open()) {
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

    private LocalEnclave open() throws IOException, CommandException {
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
            return LocalEnclave.start(
                    image, enclave.folder(), parent, LocalAttestationAuthority.load(root, new SecureRandom()));
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

    private void close(LocalEnclave running) {
        try {
            Files.deleteIfExists(enclave.file());
            running.close();
        } catch (IOException e) {
            System.err.println("cloister: error: " + e.getMessage());
        }
    }
}
