package dev.cloister.host.run;

import dev.cloister.cli.CommandRunner;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
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

    /**
     * Runs the command.
     *
     * @return the exit status: the application's own, or 125, so that a wrong command line is not mistaken for it
     */
    public static int run(String... arguments) {
        Optional<RunOptions> plain = RunOptions.ofPlain(arguments);
        return plain.isPresent()
                ? RunTask.run(plain.get())
                : new CommandRunner(System.err, ExitStatus.RUN_FAILED).run(new RunCommand(), arguments);
    }

    @Override
    public Integer call() {
        return RunTask.run(options());
    }

    RunOptions options() {
        return new RunOptions(file, script, shellArguments, verbatimArguments, profile, enclave, common.json());
    }
}
