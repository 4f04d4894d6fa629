package dev.cloister.host.run;

import dev.cloister.cli.CommandException;
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
import java.util.concurrent.atomic.AtomicBoolean;

/** One run from the command line's options to the exit status. */
final class RunTask {
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(3);

    private RunTask() {}

    /**
     * Runs and reports.
     *
     * @return the exit status: the application's own, or 125
     */
    static int run(RunOptions options) {
        RunReport report = new RunReport(System.err, options.json());
        String file = options.file();
        String packageName = file;
        try {
            packageName = file.contains("/") ? PackageName.of(file, MountTable.current()) : file;
            List<String> arguments = arguments(options);
            EnclaveAddress address = EnclaveFinder.ofThisMachine().find(options.enclave());
            Credentials credentials = CredentialSource.find(options.profile(), System.getenv());
            // Never closed: the report goes to stderr after them.
            WritableByteChannel stdout = new FileOutputStream(FileDescriptor.out).getChannel();
            WritableByteChannel stderr = new FileOutputStream(FileDescriptor.err).getChannel();
            try (RunSession session = RunSession.open(address, stdout, stderr)) {
                RunRequest.Start start = new RunRequest.Start(packageName, options.script(), arguments, credentials);
                return runInterruptibly(session, start, report);
            }
        } catch (RefusedException e) {
            return report.refused(e, packageName, options.script());
        } catch (CommandException e) {
            return report.failed(e);
        } catch (IOException | RuntimeException e) {
            String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return report.failed(new CommandException(ExitStatus.FAILED, text, null, e));
        }
    }

    private static List<String> arguments(RunOptions options) throws CommandException {
        List<String> arguments = new ArrayList<>();
        for (String text : options.shellArguments()) {
            try {
                arguments.addAll(ShellWords.split(text));
            } catch (IllegalArgumentException e) {
                throw new CommandException(
                        ExitStatus.USAGE, "-a: " + e.getMessage(), "quote it as you would for a shell");
            }
        }
        arguments.addAll(options.verbatimArguments());
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
    private static int runInterruptibly(RunSession session, RunRequest.Start start, RunReport report)
            throws RefusedException, CommandException {
        AtomicBoolean decided = new AtomicBoolean();
        Thread onSignal = new Thread(() -> {
            if (decided.compareAndSet(false, true)) {
                session.stop(STOP_TIMEOUT);
                Runtime.getRuntime().halt(report.interrupted());
            }
        });
        Runtime.getRuntime().addShutdownHook(onSignal);
        RunReply.Exited exited;
        try {
            exited = session.run(start);
        } finally {
            if (!decided.compareAndSet(false, true)) {
                awaitHalt(onSignal);
            }
        }
        return report.exited(exited);
    }

    /** The process ends in the thread that handles the signal; nothing is said here any more. */
    private static void awaitHalt(Thread onSignal) {
        try {
            onSignal.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
