package dev.cloister.enclave;

import dev.cloister.attestation.nsm.Nsm;
import dev.cloister.attestation.nsm.NsmException;
import dev.cloister.attestation.nsm.NsmTransport;
import dev.cloister.enclave.config.ConfigurationException;
import dev.cloister.enclave.config.Platform;
import dev.cloister.enclave.config.Settings;
import dev.cloister.enclave.console.Console;
import dev.cloister.enclave.kernel.Memory;
import dev.cloister.enclave.kernel.SharedNumber;
import dev.cloister.enclave.kms.DataKeys;
import dev.cloister.enclave.kms.KmsClients;
import dev.cloister.enclave.kms.KmsDataKeys;
import dev.cloister.enclave.kms.RecipientKeys;
import dev.cloister.enclave.kms.WarmUp;
import dev.cloister.enclave.nsm.NsmDevice;
import dev.cloister.enclave.nsm.NsmSocket;
import dev.cloister.enclave.run.Rehearsal;
import dev.cloister.enclave.run.RunCount;
import dev.cloister.enclave.run.RunService;
import dev.cloister.enclave.run.Runner;
import dev.cloister.enclave.sandbox.ControlGroups;
import dev.cloister.enclave.sandbox.Sandbox;
import dev.cloister.enclave.sandbox.SandboxedProcess;
import dev.cloister.enclave.sandbox.SystemFolders;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.channel.Listener;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.OptionalInt;

/**
 * The program that an image starts as root. This process holds data keys and serves runs; the file service is another,
 * which sees none of it. When either ends, the enclave ends.
 */
public final class EnclaveMain {
    private static final Path SYSTEM = Path.of("/");
    private static final Path SETTINGS = Path.of("/etc/cloister/enclave.yaml");
    private static final Path FOLDERS = Path.of("/run/cloister");
    private static final Path CONTROL_GROUPS = Path.of("/sys/fs/cgroup");
    private static final int FAILED = 1;

    private final Console console;
    private final SecureRandom random = new SecureRandom();

    private EnclaveMain(Console console) {
        this.console = console;
    }

    public static void main(String[] args) {
        Console console = new Console(System.err);
        try {
            new EnclaveMain(console).serve();
        } catch (ConfigurationException | NsmException e) {
            console.line("error: " + e.getMessage());
        } catch (Exception e) {
            console.failure("the enclave cannot be served", e);
        }
        System.exit(FAILED);
    }

    /** Returns only when the enclave has to end. */
    private void serve() throws Exception {
        requireEnvironment();
        Platform platform = Platform.from(System.getenv());
        Settings settings = Settings.read(SETTINGS);
        Memory memory = Memory.read();
        Folders folders = Folders.make(FOLDERS, bytes(settings.limits().syncedMib(), memory.totalBytes() / 2));
        Nsm securityModule = new Nsm(open(platform.securityModule()));
        console.line("security module " + securityModule.describe().moduleId());

        ControlGroups groups = ControlGroups.detect(CONTROL_GROUPS);
        Sandbox sandbox = new Sandbox(SystemFolders.of(SYSTEM), groups, folders.work());
        SandboxCheck.run(sandbox, folders.work());
        if (platform.address() instanceof EnclaveAddress.Folder(Path sockets)) {
            // The file service makes its socket there, and it is not root.
            Files.setAttribute(sockets, "unix:uid", Sandbox.USER);
        }
        RunCount runCount = new RunCount(SharedNumber.create(folders.runsEnded()));
        SandboxedProcess files = FileService.start(
                sandbox,
                folders.synced(),
                platform.address().enclavePort(Address.SYNC_PORT),
                folders.runsEnded(),
                Files.createDirectory(folders.work().resolve("files")));

        DataKeys keys = dataKeys(settings.kms(), platform, securityModule, folders.runs());
        Runner runner = new Runner(
                new Runner.Settings(
                        folders.synced(),
                        folders.runs(),
                        SYSTEM,
                        bytes(settings.limits().packageMib(), memory.totalBytes() / 4),
                        (long) settings.limits().scratchMib() << 20,
                        settings.kms().region(),
                        settings.logs()),
                keys,
                sandbox,
                random,
                console,
                runCount);
        Listener listener = Channels.listen(platform.address().enclavePort(Address.RUN_PORT));
        RunService runs =
                new RunService(listener, runner, settings.limits().runs(), RunService.Timeouts.DEFAULT, console);
        Thread.ofPlatform().name("run-service").daemon().start(() -> serveRuns(runs));
        console.line("serving runs on " + listener.address());

        // The thread that started it has to stay, or Linux ends it.
        while (!files.waitFor(Duration.ofDays(1))) {}
        console.line("error: the file service has ended with status " + files.exitStatus());
    }

    private void serveRuns(RunService runs) {
        try {
            runs.serve();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            console.line("error: the run service has ended");
            System.exit(FAILED);
        }
    }

    private DataKeys dataKeys(Settings.Kms settings, Platform platform, Nsm securityModule, Path runs)
            throws IOException, GeneralSecurityException {
        KmsClients clients = new KmsClients(settings, platform.address().parentPort(Address.KMS_PORT));
        RecipientKeys recipientKeys = new RecipientKeys(random);
        Thread.ofPlatform().name("warm-up").daemon().start(() -> {
            try {
                Rehearsal.run(runs, random);
                WarmUp.run(clients, securityModule, recipientKeys);
            } catch (Exception e) {
                console.failure("what a run needs could not be tried; runs may fail", e);
            }
        });
        return new KmsDataKeys(clients, securityModule, recipientKeys);
    }

    private static void requireEnvironment() throws ConfigurationException {
        Charset names = Charset.forName(System.getProperty("sun.jnu.encoding"));
        if (!names.equals(StandardCharsets.UTF_8)) {
            throw new ConfigurationException(
                    "the image's environment must set LC_ALL=C.UTF-8: file names are " + names + " here");
        }
    }

    private static NsmTransport open(Platform.SecurityModule module) throws IOException {
        return switch (module) {
            case Platform.SecurityModule.Device(Path path) -> NsmDevice.open(path);
            case Platform.SecurityModule.Socket(Address address) -> new NsmSocket(address);
        };
    }

    private static long bytes(OptionalInt mib, long otherwise) {
        return mib.isPresent() ? (long) mib.getAsInt() << 20 : otherwise;
    }
}
