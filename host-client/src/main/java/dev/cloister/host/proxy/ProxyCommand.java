package dev.cloister.host.proxy;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommonOptions;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.host.daemon.Daemon;
import dev.cloister.host.daemon.JavaCommand;
import dev.cloister.host.daemon.PidFile;
import dev.cloister.host.daemon.StateFolder;
import dev.cloister.host.enclave.EnclaveFinder;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.channel.Listener;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code cloister proxy}: returns once it listens; a process in the background forwards. */
@Command(
        name = "cloister proxy",
        description = "Forwards the enclave's connections to KMS. Returns once it listens; --stop ends it.")
public final class ProxyCommand implements Callable<Integer> {
    /** Buffers lie outside the heap: two of {@link Forwarder#BUFFER_BYTES} for each connection. */
    private static final List<String> JAVA_OPTIONS = List.of(
            "-Xmx32m",
            "-XX:MaxDirectMemorySize=96m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=4",
            "--enable-native-access=ALL-UNNAMED");

    private static final long STOP_SECONDS = 10;

    /** What can be forwarded. */
    enum Service {
        KMS
    }

    private final JavaCommand java;

    @Option(
            names = {"-s", "--service"},
            paramLabel = "SERVICE",
            description = "Service to forward to: kms.")
    private @Nullable Service service;

    @Option(names = "--region", paramLabel = "REGION", description = "Region of the key; default: as AWS's tools.")
    private @Nullable String region;

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            description = "Destination; default: AWS_ENDPOINT_URL_KMS, else the region's KMS endpoint.")
    private @Nullable String to;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Allow-list in vsock-proxy's format; default: /etc/nitro_enclaves/vsock-proxy.yaml, else"
                    + " the KMS endpoints of all regions.")
    private @Nullable Path config;

    @Option(
            names = "--enclave",
            paramLabel = "ADDRESS",
            description = "unix:<folder> of a local enclave; default: CLOISTER_ENCLAVE, else all enclaves by vsock.")
    private @Nullable String enclave;

    @Option(names = "--foreground", description = "Forward in this process.")
    private boolean foreground;

    @Option(names = "--stop", description = "End the proxy that runs in the background.")
    private boolean stop;

    @Option(names = "--detach", hidden = true)
    private boolean detach;

    @Mixin
    private CommonOptions common = new CommonOptions();

    public ProxyCommand(JavaCommand java) {
        this.java = java;
    }

    @Override
    public Integer call() throws CommandException, IOException, InterruptedException {
        EnclaveAddress parent =
                EnclaveFinder.ofThisMachine().named(enclave).orElse(new EnclaveAddress.Kernel(Address.ANY_CID));
        Address listenAt = parent.parentPort(Address.KMS_PORT);
        StateFolder state = StateFolder.open(System.getenv());
        PidFile pid = state.pid("proxy-" + listenAt);
        if (stop) {
            return stop(pid, listenAt);
        }
        if (service == null) {
            throw new CommandException(
                    ExitStatus.USAGE, "missing required option: '--service=SERVICE'", "cloister proxy -s kms");
        }
        Resolver resolver = resolver();
        if (foreground) {
            return serve(listenAt, resolver, pid, state.log("proxy-" + listenAt));
        }
        Optional<ProcessHandle> running = pid.running();
        if (running.isPresent() && canBeReached(listenAt)) {
            report("already forwarding", listenAt, resolver, running.get());
            return ExitStatus.DONE.code();
        }
        if (running.isPresent()) {
            stop(pid, listenAt);
        }
        return startServing(parent, listenAt, resolver);
    }

    /** Whether the address is still there: a local enclave's folder goes with it, and the next one has a new folder. */
    private static boolean canBeReached(Address listenAt) {
        return !(listenAt instanceof Address.Unix(Path socket)) || Files.exists(socket);
    }

    /** The destination, once it is clear that it is allowed; a name that does not resolve now may do so later. */
    private Resolver resolver() throws CommandException {
        Destination destination = Destination.choose(to, region, System.getenv());
        Resolver resolver =
                new Resolver(destination, AllowList.load(Optional.ofNullable(config)), InetAddress::getAllByName);
        try {
            resolver.addresses();
        } catch (Resolver.NotAllowedException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    e.getMessage() + "; the proxy does not connect there",
                    "allow it in " + (config == null ? AllowList.DEFAULT_FILE : config) + ", or choose another --to",
                    e);
        } catch (IOException unresolved) {
            System.err.println("cloister: " + destination.host() + " does not resolve yet; going on");
        }
        return resolver;
    }

    private int startServing(EnclaveAddress parent, Address listenAt, Resolver resolver) throws CommandException {
        List<String> arguments = new ArrayList<>(List.of("proxy", "-s", "kms", "--foreground", "--detach"));
        arguments.addAll(List.of("--to", resolver.destination().toString()));
        if (config != null) {
            arguments.addAll(List.of("--config", config.toAbsolutePath().toString()));
        }
        arguments.addAll(List.of("--enclave", parent.toString()));
        if (common.json()) {
            arguments.add("--json");
        }
        try {
            ProcessHandle server = Daemon.start(java.with(JAVA_OPTIONS, arguments));
            report("forwarding", listenAt, resolver, server);
            return ExitStatus.DONE.code();
        } catch (Daemon.Failed e) {
            return e.status();
        }
    }

    private int serve(Address listenAt, Resolver resolver, PidFile pid, Path log)
            throws CommandException, IOException, InterruptedException {
        Listener listener;
        try {
            listener = Channels.listen(listenAt);
        } catch (IOException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    String.valueOf(e.getMessage()),
                    "another proxy may be there already ('cloister proxy --stop' ends ours); vsock needs the"
                            + " kernel's vsock module",
                    e);
        }
        try (ProxyServer server =
                new ProxyServer(listener, resolver, line -> System.err.println("cloister: " + line))) {
            Runtime.getRuntime().addShutdownHook(new Thread(listener::close));
            if (detach) {
                pid.write();
                Daemon.detach(log);
            }
            server.run();
        }
        return ExitStatus.DONE.code();
    }

    private int stop(PidFile pid, Address listenAt) throws CommandException, IOException, InterruptedException {
        Optional<ProcessHandle> running = pid.running();
        if (running.isPresent()) {
            running.get().destroy();
            try {
                running.get().onExit().get(STOP_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException | ExecutionException e) {
                throw new CommandException(
                        ExitStatus.FAILED,
                        "the proxy at " + listenAt + " does not end",
                        "kill -9 " + running.get().pid(),
                        e);
            }
        } else {
            System.err.println("cloister: no proxy is running at " + listenAt);
        }
        pid.delete();
        return ExitStatus.DONE.code();
    }

    private void report(String what, Address listenAt, Resolver resolver, ProcessHandle server) {
        if (common.json()) {
            Map<String, @Nullable Object> line = new LinkedHashMap<>();
            line.put("listen", listenAt.toString());
            line.put("destination", resolver.destination().toString());
            line.put("pid", server.pid());
            System.out.println(Json.write(line));
        } else {
            System.err.println("cloister: " + what + " " + listenAt + " to " + resolver.destination() + " (process "
                    + server.pid() + ")");
        }
    }
}
