package dev.cloister.local.command;

import dev.cloister.cli.CaBundle;
import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.local.RunningFile;
import dev.cloister.local.account.Account;
import dev.cloister.local.account.AwsFiles;
import dev.cloister.local.account.Endpoints;
import dev.cloister.local.account.TemporaryCredentials;
import dev.cloister.local.deploy.DeployException;
import dev.cloister.local.deploy.StackDeployer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code cloister local deploy}: a template into the running local cloud, as {@code aws cloudformation deploy} would. */
@Command(name = "deploy", description = "Deploy a template as a stack, or bring its stack up to date.")
final class DeployCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final StateOption state = new StateOption();

    @Parameters(
            paramLabel = "TEMPLATE",
            description = "A file, or the name of a template that comes with Cloister, such as shared-bucket.")
    private String template = "";

    @Option(names = "--stack-name", paramLabel = "NAME", required = true, description = "The stack.")
    private String stackName = "";

    @Option(
            names = "--parameters",
            paramLabel = "NAME=VALUE",
            arity = "1..*",
            description = "Values of the template's parameters; those left out keep what they have.")
    private Map<String, String> parameters = new LinkedHashMap<>();

    @Option(names = "--as", paramLabel = "ACCOUNT", description = "host or third-party (default: from the template).")
    private @Nullable String profile;

    @Option(names = "--delete", description = "Delete the stack instead; what the template retains stays.")
    private boolean delete;

    @Override
    public Integer call() throws IOException, CommandException {
        RunningFile running = state.requireRunning();
        Account account = account(running);
        Endpoints endpoints = running.endpoints();
        TemporaryCredentials credentials = AwsFiles.credentials(state.layout().aws(), account);
        String text = delete ? "" : read();
        try (StackDeployer deployer = new StackDeployer(
                endpoints.kms(), endpoints.region(), credentials, CaBundle.read(endpoints.certificateAuthority()))) {
            if (delete) {
                deployer.delete(stackName);
                print(Map.of("StackName", stackName, "StackStatus", "DELETE_COMPLETE"), Map.of());
            } else {
                StackDeployer.Result result = deployer.deploy(stackName, text, parameters);
                print(
                        Map.of(
                                "StackName", stackName,
                                "StackStatus", result.status(),
                                "Changed", Boolean.toString(result.isChanged())),
                        result.outputs());
            }
        } catch (DeployException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "the stack " + stackName + " was not deployed: " + e.getMessage(),
                    "nothing is left half done: mend what it says and deploy again",
                    e);
        }
        return ExitStatus.DONE.code();
    }

    private Account account(RunningFile running) throws CommandException {
        String wanted = profile != null ? profile : Templates.account(template);
        return running.accounts().stream()
                .filter(one -> one.profile().equals(wanted))
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        ExitStatus.USAGE,
                        "there is no account '" + wanted + "'",
                        "give --as host or --as third-party"));
    }

    private String read() throws IOException, CommandException {
        Path file = Templates.file(template);
        try {
            return Files.readString(file);
        } catch (NoSuchFileException e) {
            throw new CommandException(
                    ExitStatus.USAGE,
                    "there is no template " + file,
                    "give a file, or one of " + String.join(", ", Templates.names()),
                    e);
        }
    }

    private void print(Map<String, String> facts, Map<String, String> outputs) {
        if (common.json()) {
            Map<String, Object> all = new LinkedHashMap<>(facts);
            all.put("Outputs", outputs);
            System.out.println(Json.write(all));
        } else {
            outputs.forEach((name, value) -> System.out.println(name + "\t" + value));
            System.err.println("cloister: stack " + stackName + " is " + facts.get("StackStatus"));
        }
    }
}
