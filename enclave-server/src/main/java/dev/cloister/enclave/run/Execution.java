package dev.cloister.enclave.run;

import dev.cloister.enclave.console.Console;
import dev.cloister.enclave.sandbox.Sandbox;
import dev.cloister.enclave.sandbox.SandboxSpec;
import dev.cloister.enclave.sandbox.SandboxedProcess;
import dev.cloister.enclave.timing.Phases;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.run.Refusal;
import dev.cloister.protocol.run.RunReply;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** An application from its start to its end. */
record Execution(Sandbox sandbox, FrameConnection client, Cancellation cancellation, Phases phases, Console console) {
    /** Exit status of what is killed: 128 and SIGKILL. */
    static final int KILLED = 128 + 9;

    /** How long what is left of the output may take; the client's own slowness is bounded by its write timeout. */
    private static final Duration LAST_OUTPUT = Duration.ofMinutes(2);

    /** Runs it and carries its output; returns its exit status when it and all its children are gone. */
    int run(SandboxSpec spec, Path workFolder, Manifest manifest)
            throws IOException, InterruptedException, RefusedException, CancelledException {
        phases.lap("prepare");
        try (SandboxedProcess process = sandbox.start(spec, workFolder)) {
            phases.lap("start");
            cancellation.onCancel(process::kill);
            OutputPump stdout = pump(process, RunReply.Stream.STDOUT, manifest);
            OutputPump stderr = pump(process, RunReply.Stream.STDERR, manifest);
            boolean inTime = process.waitFor(manifest.time());
            if (!inTime) {
                process.kill();
            }
            phases.lap("application");
            if (!stdout.await(LAST_OUTPUT) || !stderr.await(LAST_OUTPUT)) {
                cancellation.cancel();
            }
            phases.lap("output");
            cancellation.check();
            if (!inTime) {
                throw new RefusedException(
                        Refusal.TIME_LIMIT,
                        "the application ran longer than the " + manifest.time().toSeconds() + " s it may");
            }
            return status(process, stderr);
        }
    }

    private int status(SandboxedProcess process, OutputPump stderr) throws IOException, RefusedException {
        if (process.ranProgram()) {
            return process.exitStatus();
        }
        console.line("no sandbox came about: " + Names.quote(stderr.head()));
        throw new RefusedException(Refusal.INTERNAL, "the enclave could not make the application's sandbox");
    }

    private OutputPump pump(SandboxedProcess process, RunReply.Stream stream, Manifest manifest) {
        return OutputPump.start(
                stream == RunReply.Stream.STDOUT ? process.stdout() : process.stderr(),
                stream,
                manifest.logs(),
                client,
                cancellation);
    }
}
