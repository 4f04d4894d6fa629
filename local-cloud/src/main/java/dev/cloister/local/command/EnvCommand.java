package dev.cloister.local.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.local.RunningFile;
import dev.cloister.local.account.Account;
import dev.cloister.local.account.AwsFiles;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cloister local env}: lines for a shell, as in {@code eval "$(cloister local env --as host)"}. */
@Command(name = "env", description = "Print what makes AWS tools act as one of the accounts.")
final class EnvCommand implements Callable<Integer> {
    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final StateOption state = new StateOption();

    @Option(names = "--as", paramLabel = "ACCOUNT", required = true, description = "host or third-party.")
    private String profile = "";

    @Override
    public Integer call() throws IOException, CommandException {
        RunningFile running = state.requireRunning();
        Account account = running.accounts().stream()
                .filter(one -> one.profile().equals(profile))
                .findFirst()
                .orElseThrow(() -> new CommandException(
                        ExitStatus.USAGE, "there is no account " + profile, "there are: " + names(running)));
        Map<String, String> environment = new AwsFiles(state.layout().aws(), running.endpoints()).environment(account);
        if (common.json()) {
            System.out.println(Json.write(environment));
        } else {
            environment.forEach((name, value) -> System.out.println("export " + name + "=" + quoted(value)));
        }
        return ExitStatus.DONE.code();
    }

    private static String names(RunningFile running) {
        return running.accounts().stream().map(Account::profile).collect(Collectors.joining(", "));
    }

    private static String quoted(String value) {
        return "'" + value.replace("'", "'\\''") + "'";
    }
}
