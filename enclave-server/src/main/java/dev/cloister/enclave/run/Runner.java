package dev.cloister.enclave.run;

import dev.cloister.enclave.config.LogPolicy;
import dev.cloister.enclave.console.Console;
import dev.cloister.enclave.kernel.Memory;
import dev.cloister.enclave.kernel.PathHandle;
import dev.cloister.enclave.kms.DataKeys;
import dev.cloister.enclave.sandbox.Placement;
import dev.cloister.enclave.sandbox.Sandbox;
import dev.cloister.enclave.sandbox.SandboxSpec;
import dev.cloister.enclave.sandbox.SystemCallFilter;
import dev.cloister.enclave.timing.Phases;
import dev.cloister.envelope.DataKey;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.run.Refusal;
import dev.cloister.protocol.run.RunReply;
import dev.cloister.protocol.run.RunRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Takes one request from its name of a package to the application's end. In this order: everything that can be checked
 * without the key; the key; the package into memory of this run alone; the application behind its walls; and, whatever
 * happened, all of it away again.
 */
public final class Runner {
    /** Left free when a package's folder is sized. */
    private static final long RESERVE = 64L << 20;

    private final Settings settings;
    private final SyncedFolder synced;
    private final DataKeys dataKeys;
    private final Sandbox sandbox;
    private final SecureRandom random;
    private final Console console;
    private final RunCount count;

    /**
     * Where things are and how large they may be.
     *
     * @param runs root's own folder for the storage of runs
     * @param system root of the image's file system
     * @param packageBytes most that one package unpacks to
     * @param scratchBytes size of each folder that an application can write to for itself
     * @param sampleRegion where the keys of packages in the AWS sample's format live
     * @param logs most of an application's output that may leave, whatever its owner says
     */
    public record Settings(
            Path synced,
            Path runs,
            Path system,
            long packageBytes,
            long scratchBytes,
            Optional<String> sampleRegion,
            LogPolicy logs) {}

    public Runner(
            Settings settings,
            DataKeys dataKeys,
            Sandbox sandbox,
            SecureRandom random,
            Console console,
            RunCount count) {
        this.settings = settings;
        this.synced = new SyncedFolder(settings.synced);
        this.dataKeys = dataKeys;
        this.sandbox = sandbox;
        this.random = random;
        this.console = console;
        this.count = count;
    }

    /** Runs; returns what to tell the client at the end. To be called by a thread that waits for it. */
    RunReply run(RunRequest.Start request, FrameConnection client, Cancellation cancellation) {
        count.begin();
        try {
            return runToTheEnd(request, client, cancellation);
        } finally {
            count.end();
        }
    }

    private RunReply runToTheEnd(RunRequest.Start request, FrameConnection client, Cancellation cancellation) {
        Phases phases = new Phases(System::nanoTime);
        RunReply reply;
        try {
            int status = runPackage(request, client, cancellation, phases);
            phases.lap("wipe");
            reply = new RunReply.Exited(status, phases.microsWithout("application"));
        } catch (CancelledException e) {
            phases.lap("wipe");
            reply = new RunReply.Exited(Execution.KILLED, phases.microsWithout("application"));
        } catch (Exception e) {
            phases.lap("wipe");
            reply = refusal(e, cancellation, phases);
        }
        String end =
                reply instanceof RunReply.Refused refused ? refused.reason().name() : "exited";
        console.line("run ended: " + end + " after " + phases + " ms");
        return reply;
    }

    private RunReply refusal(Exception failure, Cancellation cancellation, Phases phases) {
        if (cancellation.isCancelled()) {
            return new RunReply.Exited(Execution.KILLED, phases.microsWithout("application"));
        }
        return Failures.meaningOf(failure)
                .map(e -> new RunReply.Refused(e.reason(), String.valueOf(e.getMessage())))
                .orElseGet(() -> {
                    console.failure("a run failed", failure);
                    return new RunReply.Refused(
                            Refusal.INTERNAL, "something in the enclave failed that should not have");
                });
    }

    private int runPackage(RunRequest.Start request, FrameConnection client, Cancellation cancellation, Phases phases)
            throws Exception {
        Entrypoint.requirePlausible(request.entrypoint());
        List<SyncedPath> paths = SyncedPath.among(request.arguments());
        try (PathHandle file = synced.openPackage(request.packageName());
                PackageFile sealed = PackageFile.open(file, settings.sampleRegion);
                PinnedPaths data = PinnedPaths.of(synced, paths)) {
            phases.lap("request");
            try (DataKey key = dataKeys.unwrap(sealed.key(), request.credentials(), phases);
                    RunFolder folder = RunFolder.create(settings.runs, random, roomForPackage())) {
                phases.lap("unwrap");
                cancellation.onCancel(() -> closeQuietly(sealed));
                sealed.unpack(key, folder);
                key.close();
                cancellation.check();
                phases.lap("unpack");
                return runUnpacked(
                        request, folder, data, new Execution(sandbox, client, cancellation, phases, console));
            }
        }
    }

    private int runUnpacked(RunRequest.Start request, RunFolder folder, PinnedPaths data, Execution execution)
            throws Exception {
        Manifest manifest = Manifest.read(folder.packageFolder()).within(settings.logs);
        List<String> command = new ArrayList<>(
                Entrypoint.commandLine(manifest, request.entrypoint(), folder.packageFolder(), settings.system));
        command.addAll(request.arguments());

        List<Placement> placements = new ArrayList<>();
        placements.add(new Placement.Scratch("/tmp", settings.scratchBytes));
        placements.add(new Placement.Scratch("/run", settings.scratchBytes));
        placements.add(new Placement.ReadOnly(folder.packageFolder(), Programs.PACKAGE));
        placements.addAll(data.placements(folder));
        SandboxSpec spec = new SandboxSpec(
                placements, Programs.PACKAGE, environment(), command, SystemCallFilter.APPLICATION, manifest.limits());
        return execution.run(spec, folder.scratch(), manifest);
    }

    private static Map<String, String> environment() {
        return new TreeMap<>(Map.of(
                "PATH", Programs.PATH,
                "HOME", "/tmp",
                "LANG", "C.UTF-8",
                "PYTHONDONTWRITEBYTECODE", "1",
                "PYTHONNOUSERSITE", "1"));
    }

    /** Less than the limit where memory is short, so that a package too large is refused and kills nobody. */
    private long roomForPackage() throws IOException, RefusedException {
        long room = Math.min(settings.packageBytes, Memory.read().availableBytes() - RESERVE);
        if (room <= 0) {
            throw new RefusedException(Refusal.NO_SPACE, "the enclave has no memory left for a run");
        }
        return room;
    }

    private void closeQuietly(PackageFile file) {
        try {
            file.close();
        } catch (IOException e) {
            console.failure("a package's file cannot be closed", e);
        }
    }
}
