package dev.cloister.host.run;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.host.enclave.EnclaveFinder;
import dev.cloister.host.mount.MountTable;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.run.Credentials;
import dev.cloister.protocol.run.Run;
import dev.cloister.protocol.run.RunReply;
import dev.cloister.protocol.run.RunRequest;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cloister run}: blocks while the enclave runs an application and returns the application's own status. */
@Command(
        name = "cloister run",
        description = "Runs a package's entrypoint inside the enclave and returns its exit status; 125 when the run"
                + " itself failed.")
public final class RunCommand implements Callable<Integer> {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(3);

    @Option(
            names = {"-f", "--file"},
            required = true,
            paramLabel = "FILE",
            description = "Package in the synced folder's encrypted folder.")
    private String file = "";

    @Option(
            names = {"-s", "--script"},
            required = true,
            paramLabel = "SCRIPT",
            description = "Entrypoint of the package.")
    private String script = "";

    @Option(
            names = {"-a", "--args"},
            paramLabel = "ARGS",
            description = "Arguments, split as a shell does; repeatable. Absolute paths mean the synced folder,"
                    + " relative ones the package.")
    private List<String> shellArguments = new ArrayList<>();

    @Parameters(paramLabel = "ARG", arity = "0..*", description = "After --: further arguments, each taken as it is.")
    private List<String> verbatimArguments = new ArrayList<>();

    @Option(names = "--profile", paramLabel = "NAME", description = "AWS profile to take the credentials from.")
    private @Nullable String profile;

    @Option(
            names = "--enclave",
            paramLabel = "ADDRESS",
            description = "vsock:<cid> or unix:<folder>; default: CLOISTER_ENCLAVE, else the enclave that runs.")
    private @Nullable String enclave;

    @Mixin
    private CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        RunReport report = new RunReport(System.err, common.json());
        String packageName = file;
        try {
            packageName = file.contains("/") ? PackageName.of(file, MountTable.current()) : file;
            List<String> arguments = arguments();
            EnclaveAddress address = EnclaveFinder.ofThisMachine().find(enclave);
            Credentials credentials = CredentialSource.find(profile, System.getenv());
            // Never closed: the report goes to stderr after them.
            WritableByteChannel stdout = new FileOutputStream(FileDescriptor.out).getChannel();
            WritableByteChannel stderr = new FileOutputStream(FileDescriptor.err).getChannel();
            try (RunSession session = RunSession.open(address, stdout, stderr)) {
                return report.exited(
                        runInterruptibly(session, new RunRequest.Start(packageName, script, arguments, credentials)));
            }
        } catch (RefusedException e) {
            return report.refused(e, packageName, script);
        } catch (CommandException e) {
            return report.failed(e);
        } catch (IOException | RuntimeException e) {
            return report.failed(new CommandException(ExitStatus.FAILED, String.valueOf(e.getMessage()), null, e));
        }
    }

    private List<String> arguments() throws CommandException {
        List<String> arguments = new ArrayList<>();
        for (String text : shellArguments) {
            try {
                arguments.addAll(ShellWords.split(text));
            } catch (IllegalArgumentException e) {
                throw new CommandException(
                        ExitStatus.USAGE, "-a: " + e.getMessage(), "quote it as you would for a shell");
            }
        }
        arguments.addAll(verbatimArguments);
        int total = 0;
        for (String argument : arguments) {
            int length = argument.getBytes(StandardCharsets.UTF_8).length;
            total += length;
            if (length > Run.MAX_ARGUMENT) {
                throw tooLong("an argument has " + length + " bytes; the limit is " + Run.MAX_ARGUMENT);
            }
        }
        if (arguments.size() > Run.MAX_ARGUMENTS) {
            throw tooLong("there are " + arguments.size() + " arguments; the limit is " + Run.MAX_ARGUMENTS);
        }
        if (total > Run.MAX_BODY / 2) {
            throw tooLong("the arguments have " + total + " bytes in all; the limit is " + Run.MAX_BODY / 2);
        }
        return arguments;
    }

    private static CommandException tooLong(String message) {
        return new CommandException(
                ExitStatus.USAGE, message, "put long lists into a file in the synced folder and pass its path");
    }

    /** Ctrl-C and SIGTERM stop the application in the enclave before this process goes. */
    private static RunReply.Exited runInterruptibly(RunSession session, RunRequest.Start start)
            throws RefusedException, CommandException {
        AtomicBoolean running = new AtomicBoolean(true);
        Thread onSignal = new Thread(() -> {
            if (running.get()) {
                session.stop(STOP_TIMEOUT);
                Runtime.getRuntime().halt(ExitStatus.INTERRUPTED.code());
            }
        });
        Runtime.getRuntime().addShutdownHook(onSignal);
        try {
            return session.run(start);
        } finally {
            running.set(false);
        }
    }
}
