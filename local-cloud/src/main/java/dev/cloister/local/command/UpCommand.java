package dev.cloister.local.command;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.RunningFile;
import dev.cloister.local.StateInUseException;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cloister local up}: serves until it is interrupted, or with {@code --detach} leaves a process that does. */
@Command(name = "up", description = "Start the local cloud.")
final class UpCommand implements Callable<Integer> {
    private static final Duration READY_LIMIT = Duration.ofSeconds(60);

    @Mixin
    private final CommonOptions common = new CommonOptions();

    @Mixin
    private final StateOption state = new StateOption();

    @Option(
            names = "--region",
            paramLabel = "REGION",
            description = "The region it answers for (default: ${DEFAULT-VALUE}).")
    private String region = "us-east-1";

    @Option(
            names = "--kms-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Where KMS and STS listen (default: any free port).")
    private int kmsPort;

    @Option(
            names = "--s3-port",
            paramLabel = "PORT",
            defaultValue = "0",
            description = "Where S3 listens (default: any free port).")
    private int s3Port;

    @Option(names = "--detach", description = "Return as soon as it is ready; 'cloister local down' ends it.")
    private boolean detach;

    @Override
    public Integer call() throws IOException, CommandException {
        LocalCloudOptions options = options();
        if (detach) {
            requireNone();
            PrivateFiles.directory(state.layout().root());
            print(Detached.start("local cloud", state.layout().log(), arguments(), READY_LIMIT, state::running));
            return ExitStatus.DONE.code();
        }
        try (LocalCloud cloud = open(options)) {
            // A signal ends the JVM through its hooks, so the services are closed there and not after this block.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> closeQuietly(cloud)));
            print(state.requireRunning());
            waitForSignal();
        }
        return ExitStatus.INTERRUPTED.code();
    }

    private void requireNone() throws IOException, CommandException {
        if (state.running().isPresent()) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "another local cloud is running on " + state.layout().root(),
                    "use it with 'cloister local env', end it with 'cloister local down', or give another --state");
        }
    }

    private LocalCloudOptions options() throws CommandException {
        try {
            return LocalCloudOptions.inRegion(region).onPorts(kmsPort, s3Port);
        } catch (IllegalArgumentException e) {
            throw new CommandException(
                    ExitStatus.USAGE, "there is no region '" + region + "'", "a region is one like us-east-1", e);
        }
    }

    private LocalCloud open(LocalCloudOptions options) throws IOException, CommandException {
        try {
            return LocalCloud.start(state.layout().root(), options);
        } catch (StateInUseException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    String.valueOf(e.getMessage()),
                    "use it with 'cloister local env', end it with 'cloister local down', or give another --state",
                    e);
        }
    }

    private List<String> arguments() {
        return new ArrayList<>(List.of(
                "up",
                "--state",
                state.layout().root().toString(),
                "--region",
                region,
                "--kms-port",
                Integer.toString(kmsPort),
                "--s3-port",
                Integer.toString(s3Port)));
    }

    private void print(RunningFile running) {
        PrintStream out = System.out;
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("state", state.layout().root());
        facts.put("region", running.endpoints().region());
        facts.put("kms", running.endpoints().kms());
        facts.put("s3", running.endpoints().s3());
        facts.put("s3-plain", running.endpoints().s3Plain());
        facts.put("ca", running.endpoints().certificateAuthority());
        facts.put("pid", running.pid());
        if (common.json()) {
            out.println(Json.write(facts));
        } else {
            facts.forEach((name, value) -> out.println(name + "\t" + value));
        }
        out.flush();
    }

    private static void waitForSignal() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(LocalCloud cloud) {
        try {
            cloud.close();
        } catch (IOException e) {
            System.err.println("cloister: error: " + e.getMessage());
        }
    }
}
