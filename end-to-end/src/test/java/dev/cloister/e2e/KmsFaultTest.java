package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.local.LocalCloud;
import dev.cloister.local.account.Account;
import dev.cloister.local.account.TemporaryCredentials;
import dev.cloister.local.stage.Commands;
import dev.cloister.local.stage.Commands.Outcome;
import dev.cloister.local.stage.HostSide;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.node.ObjectNode;

/** The way from the enclave to KMS, broken at each hop; and the proxy's own faults. */
@ExtendWith(SharedStage.Extension.class)
class KmsFaultTest {
    /** A run without KMS must not take longer: the enclave's limit for a call, and some for a busy machine. */
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final SharedStage stage;

    KmsFaultTest(SharedStage stage) {
        this.stage = stage;
    }

    @Test
    void brokenHop_isNamed_andMendedWithoutARestart() throws Exception {
        LocalCloud far = stage.newCloud("far", Duration.ofSeconds(1));
        HostSide own = stage.newHost("f", far);
        own.start(stage.image());
        own.sync();
        stage.install(own, "hop.cloister", Map.of("main.py", "print('ran')\n"));

        assertThat(unreachable(own)).contains("no proxy for kms answers");
        own.proxy();
        assertThat(Faults.assertNotRun(run(own), "credentials-rejected", Faults.FAILED))
                .contains("expired");

        kill(proxy(own));
        assertThat(unreachable(own)).contains("no proxy for kms answers");
        own.proxy();
        assertThat(Faults.assertNotRun(run(own), "credentials-rejected", Faults.FAILED))
                .contains("expired");

        int port = far.endpoints().kms().getPort();
        far.close();
        assertThat(unreachable(own)).contains("proxy is there, but it does not reach kms");
        try (ServerSocket silent = new ServerSocket(port, 50, InetAddress.getLoopbackAddress())) {
            assertThat(silent.isBound()).isTrue();
            assertThat(unreachable(own)).contains("proxy is there, but kms gave no answer in time");
        }
    }

    @Test
    void encryptingWithoutKms_saysSo_andLeavesNoFile() throws Exception {
        TemporaryCredentials valid = stage.cloud().credentials(Account.host());
        Commands expired = stage.host()
                .commands()
                .with("AWS_ACCESS_KEY_ID", valid.accessKeyId())
                .with("AWS_SECRET_ACCESS_KEY", valid.secretAccessKey())
                .with("AWS_SESSION_TOKEN", valid.sessionToken() + "x");
        Commands unreachable = stage.host().commands().with("AWS_ENDPOINT_URL_KMS", "https://127.0.0.1:1");
        for (Commands commands : List.of(expired, unreachable)) {
            Path folder = stage.newFolder("no-kms-");
            Files.writeString(
                    Files.createDirectory(folder.resolve("application")).resolve("main.py"), "");
            Path output = folder.resolve("application.cloister");
            Outcome outcome = commands.tryCloister(
                    "encrypt",
                    "-d",
                    output.resolveSibling("application").toString(),
                    "-k",
                    "alias/a",
                    "-o",
                    output.toString());
            assertThat(Faults.assertFailed(outcome, Faults.FAILED)).contains("KMS");
            assertThat(folder).isDirectoryNotContaining(file -> Files.isRegularFile(file));
        }
    }

    @Test
    void secondProxy_isTheFirst() throws Exception {
        ObjectNode first = proxy(stage.host());
        ObjectNode second = proxy(stage.host());
        assertThat(second).isEqualTo(first);
    }

    @Test
    void proxyWhereAnotherListens_isRefused() throws Exception {
        Commands otherUser = stage.host()
                .commands()
                .with("XDG_RUNTIME_DIR", stage.newFolder("other-").toString());
        Outcome outcome = otherUser.tryCloister("proxy", "-s", "kms", "--config", allowList(stage.host()));
        Faults.assertFailed(outcome, Faults.FAILED);
    }

    @Test
    void destinationThatIsNotAllowed_isRefused() throws Exception {
        HostSide own = stage.newHost("refused");
        Path folder = Files.createDirectories(stage.newFolder("refused-"));
        Commands commands = own.commands().with("CLOISTER_ENCLAVE", "unix:" + folder);
        for (String destination : new String[] {"127.0.0.1:1", "localhost:22", "169.254.169.254:80"}) {
            Outcome outcome = commands.tryCloister(
                    "proxy", "-s", "kms", "--to", destination, "--config", allowList(stage.host()));
            assertThat(Faults.assertFailed(outcome, Faults.FAILED)).contains(destination);
            assertThat(folder).isEmptyDirectory();
        }
    }

    @Test
    void allowListThatIsMissing_isNamed() throws Exception {
        Path missing = stage.newFolder("missing-").resolve("vsock-proxy.yaml");
        Outcome outcome = stage.host().commands().tryCloister("proxy", "-s", "kms", "--config", missing.toString());
        assertThat(Faults.assertFailed(outcome, Faults.FAILED)).contains(missing.toString());
    }

    @Test
    void stoppingNoProxy_isDone() throws Exception {
        HostSide own = stage.newHost("stop");
        own.commands().cloister("proxy", "--stop");
        own.commands().cloister("proxy", "--stop");
    }

    private String unreachable(HostSide host) throws IOException {
        long began = System.nanoTime();
        String error = Faults.assertNotRun(run(host), "kms-unreachable", Faults.FAILED);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(BOUND);
        return error;
    }

    private static Outcome run(HostSide host) throws IOException {
        return host.run("hop.cloister", "main.py", "");
    }

    /** Starts the proxy, or finds it running, and returns what it says of itself. */
    private static ObjectNode proxy(HostSide host) throws Exception {
        return Faults.json(host.commands().cloister("proxy", "-s", "kms", "--config", allowList(host), "--json"));
    }

    private static void kill(ObjectNode proxy) throws Exception {
        ProcessHandle process = ProcessHandle.of(proxy.path("pid").asLong(0)).orElseThrow();
        process.destroyForcibly();
        process.onExit().get(10, TimeUnit.SECONDS);
    }

    private static String allowList(HostSide host) {
        return host.mount().resolveSibling("vsock-proxy.yaml").toString();
    }
}
