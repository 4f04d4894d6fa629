package dev.cloister.host;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommandRunner;
import dev.cloister.cli.ExitStatus;
import dev.cloister.host.daemon.JavaCommand;
import dev.cloister.host.proxy.ProxyCommand;
import dev.cloister.host.run.RunCommand;
import dev.cloister.host.sync.SyncCommand;
import java.util.Arrays;

/** The commands of the parent instance. Only the one that is called is loaded: {@code run} has to start fast. */
public final class HostMain {
    private HostMain() {}

    /** The first argument names the command; the rest are its own. */
    public static void main(String... arguments) {
        System.exit(run(arguments));
    }

    private static int run(String... arguments) {
        String command = arguments.length == 0 ? "" : arguments[0];
        String[] rest = arguments.length == 0 ? arguments : Arrays.copyOfRange(arguments, 1, arguments.length);
        return switch (command) {
            case "run" -> RunCommand.run(rest);
            case "proxy" -> commandRunner().run(new ProxyCommand(JavaCommand.current(HostMain.class, arguments)), rest);
            case "sync" -> commandRunner().run(new SyncCommand(JavaCommand.current(HostMain.class, arguments)), rest);
            default -> {
                commandRunner()
                        .report(
                                new CommandException(
                                        ExitStatus.USAGE,
                                        command.isEmpty()
                                                ? "a command is missing"
                                                : "there is no command '" + command + "'",
                                        "the commands are proxy, sync and run"),
                                false);
                yield ExitStatus.USAGE.code();
            }
        };
    }

    private static CommandRunner commandRunner() {
        return new CommandRunner(System.err);
    }
}
