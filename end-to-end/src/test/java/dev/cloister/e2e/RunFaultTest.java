package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.local.account.Account;
import dev.cloister.local.account.TemporaryCredentials;
import dev.cloister.local.stage.Commands;
import dev.cloister.local.stage.Commands.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Runs that end before their time, and credentials that are of no use. */
@ExtendWith(SharedStage.Extension.class)
class RunFaultTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    private final SharedStage stage;

    RunFaultTest(SharedStage stage) {
        this.stage = stage;
    }

    @Test
    void applicationThatASignalEnds_has128AndItsNumber() throws Exception {
        stage.install("signal.cloister", Map.of("main.py", "import os, sys\nos.kill(os.getpid(), int(sys.argv[1]))\n"));
        for (int signal : new int[] {6, 9, 11, 15}) {
            assertThat(stage.host()
                            .run("signal.cloister", "main.py", "" + signal)
                            .status())
                    .isEqualTo(128 + signal);
        }
    }

    @Test
    void applicationBeyondItsTime_isEndedWithItsChildren() throws Exception {
        installWaiting("slow", "limits: {seconds: 1}");
        Outcome outcome = stage.host().run("slow.cloister", "wait", "");
        assertThat(outcome.status()).isEqualTo(Faults.RUN_FAILED);
        assertThat(outcome.out()).isEqualTo("waiting\n");
        Outcome said = new Outcome(outcome.status(), "", outcome.err());
        assertThat(Faults.assertNotRun(said, "time-limit", Faults.FAILED)).contains("1 s");
        assertGone("slow");
    }

    @Test
    void interruptedRun_endsTheApplication() throws Exception {
        installWaiting("interrupted", "logs: stdout");
        Process run = startWaiting("interrupted");
        stage.host().commands().program("kill", "-INT", Long.toString(run.pid()));
        assertThat(run.waitFor(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(run.exitValue()).isEqualTo(Faults.INTERRUPTED);
        assertThat(Faults.json(run.errorReader().readLine()).path("reason").asString(""))
                .isEqualTo("interrupted");
        assertGone("interrupted");
    }

    @Test
    void clientThatIsKilled_endsTheApplication() throws Exception {
        installWaiting("abandoned", "logs: stdout");
        Process run = startWaiting("abandoned");
        run.destroyForcibly().waitFor();
        assertGone("abandoned");
    }

    @Test
    void credentialsOfNobody_areRejected() throws Exception {
        install("credentials.cloister");
        TemporaryCredentials valid = stage.cloud().credentials(Account.host());
        assertRejected(as(valid.accessKeyId(), valid.secretAccessKey(), valid.sessionToken() + "x"));
        assertRejected(as(valid.accessKeyId(), valid.secretAccessKey() + "x", valid.sessionToken()));
        assertRejected(as("ASIAIOSFODNN7EXAMPLE", valid.secretAccessKey(), valid.sessionToken()));
        assertRejected(as(valid.accessKeyId(), valid.secretAccessKey(), ""));
    }

    @Test
    void noCredentials_areAskedFor() throws Exception {
        Commands without = stage.host()
                .commands()
                .with("AWS_PROFILE", "nobody")
                .with("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
                .with("AWS_CONFIG_FILE", "/dev/null");
        Outcome outcome = without.tryCloister("run", "-f", "a.cloister", "-s", "main.py", "--json");
        assertThat(Faults.assertNotRun(outcome, "failed", Faults.FAILED)).contains("no AWS credentials");
    }

    @Test
    void wrongCommandLine_isNoStatusOfAnApplication() throws Exception {
        Outcome missing = stage.host().commands().tryCloister("run", "-s", "main.py");
        assertThat(Faults.assertFailed(missing, Faults.RUN_FAILED)).contains("--file");
        Outcome quote = stage.host().run("a.cloister", "main.py", "'open");
        assertThat(Faults.assertNotRun(quote, "usage", Faults.USAGE)).contains("quote");
    }

    private void assertRejected(Commands commands) throws IOException {
        Outcome outcome = commands.tryCloister("run", "-f", "credentials.cloister", "-s", "main.py", "--json");
        String error = Faults.assertNotRun(outcome, "credentials-rejected", Faults.FAILED);
        assertThat(error)
                .contains("KMS does not accept the credentials")
                .doesNotContain(stage.cloud().credentials(Account.host()).secretAccessKey());
    }

    private Commands as(String id, String secret, String token) {
        return stage.host()
                .commands()
                .with("AWS_ACCESS_KEY_ID", id)
                .with("AWS_SECRET_ACCESS_KEY", secret)
                .with("AWS_SESSION_TOKEN", token);
    }

    private void install(String name) throws Exception {
        stage.install(name, Map.of("main.py", "print('ran')\n"));
    }

    /** An application that waits, with a child that waits too; both have a marker on their command line. */
    private void installWaiting(String name, String setting) throws Exception {
        String manifest =
                "name: wait\nversion: \"1\"\nentrypoints:\n  wait: [python3, main.py, " + marker(name) + "]\n";
        stage.install(name + ".cloister", Map.of("cloister.yaml", manifest + setting + "\n", "main.py", """
                import subprocess, sys, time
                child = [sys.executable, "-c", "import time; time.sleep(99)", sys.argv[1]]
                subprocess.Popen(child, start_new_session=True)
                print("waiting", flush=True)
                time.sleep(99)
                """));
    }

    private Process startWaiting(String name) throws IOException {
        Process run = stage.host().commands().startCloister("run", "-f", name + ".cloister", "-s", "wait", "--json");
        assertThat(run.inputReader().readLine()).isEqualTo("waiting");
        assertThat(Faults.isRunning(marker(name))).isTrue();
        return run;
    }

    private static void assertGone(String name) throws InterruptedException {
        Faults.await("the application has ended", SOON, () -> !Faults.isRunning(marker(name)));
    }

    private static String marker(String name) {
        return "marker-of-" + name;
    }
}
