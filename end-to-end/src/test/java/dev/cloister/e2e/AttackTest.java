package dev.cloister.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.local.stage.Commands.Outcome;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the host tries in order to read the third party's application. Each of these works against the sample that
 * Cloister replaces. The host is root on the parent instance and may send whatever bytes it likes.
 */
@ExtendWith(SharedStage.Extension.class)
class AttackTest {
    private static final String SECRET = "the-model-weights-are-a-secret";

    /** An application that reads every file of its dataset and says what it read, as careless ones do. */
    private static final String READER = """
            import os, sys
            MODEL = "%s"
            for name in sorted(os.listdir(sys.argv[1])):
                try:
                    with open(os.path.join(sys.argv[1], name)) as data:
                        print(name, data.read())
                except OSError as error:
                    print(name, error)
            """.formatted(SECRET);

    /** What the host would run beside the application if it could. */
    private static final String SPY = """
            import os
            for folder, _, names in os.walk("/"):
                for name in names:
                    print(os.path.join(folder, name))
            """;

    private final SharedStage stage;

    AttackTest(SharedStage stage) {
        this.stage = stage;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/spy/spy.py",
                "../spy/spy.py",
                "../../spy/spy.py",
                "./../../spy/spy.py",
                "/proc/self/cwd/main.py",
                "-c",
                "-m",
                "-",
                "",
                "spy.py",
                "sub/../main.py",
                "main.py/"
            })
    void scriptOutsideThePackage_isRefused(String script) throws Exception {
        installReader("reader-s.cloister");
        plant("spy", "spy.py", SPY);
        plant("encrypted", "spy.py", SPY);
        Outcome outcome = stage.host().run("reader-s.cloister", script, "print(1)");
        assertThat(outcome.status()).isEqualTo(125);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).doesNotContain(SECRET);
    }

    @Test
    void scriptThatIsASymbolicLinkInTheSyncedFolder_isRefused() throws Exception {
        installReader("reader-l.cloister");
        plant("spy", "spy.py", SPY);
        link(stage.host().mount().resolve("linked.py"), "/app/main.py");
        link(stage.host().packages().resolve("linked.py"), "../spy/spy.py");
        assertThat(stage.host().run("reader-l.cloister", "linked.py", "").status())
                .isEqualTo(125);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../reader-outside.cloister",
                "/reader-outside.cloister",
                "/etc/passwd",
                "encrypted/../../reader-outside.cloister",
                "linked.cloister",
                "..",
                ""
            })
    void packageOutsideItsFolder_isRefused(String name) throws Exception {
        Path outside = stage.host().mount().resolve("reader-outside.cloister");
        if (!Files.exists(outside)) {
            Files.copy(stage.seal(Map.of("main.py", READER)), outside);
        }
        link(stage.host().packages().resolve("linked.cloister"), "../reader-outside.cloister");
        Outcome outcome = stage.host().run(name, "main.py", "/");
        assertThat(outcome.status()).isEqualTo(125);
        assertThat(outcome.out()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"../run/cloister", "a/../../etc/passwd", "a//b", "/etc/passwd", ".", "a/./b", "a\0b"})
    void rawFileMessageWithAnotherPath_endsTheConnection(String path) throws Exception {
        try (Channel raw =
                Channels.connect(stage.enclave().address().enclavePort(Address.SYNC_PORT), Duration.ofSeconds(5))) {
            raw.setReadTimeout(Duration.ofSeconds(5));
            DataInputStream in = new DataInputStream(raw.input());
            raw.write(frame(
                    1,
                    ByteBuffer.allocate(9)
                            .putInt(0x434C4F49)
                            .put((byte) 0)
                            .putShort((short) 1)
                            .putShort((short) 1)
                            .flip()));
            in.readNBytes(in.readInt());
            byte[] name = path.getBytes(UTF_8);
            raw.write(frame(
                    16,
                    ByteBuffer.allocate(4 + name.length)
                            .putInt(name.length)
                            .put(name)
                            .flip()));
            byte[] answer = answer(in);
            // Either an error number or nothing at all; never attributes.
            assertThat(answer.length == 0 || answer[0] == (byte) 129).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/app/main.py",
                "/proc/self/cwd/main.py",
                "../app/main.py",
                "../../../../proc/self/cwd/main.py",
                "/proc/self/environ",
                "/proc/1/environ"
            })
    void datasetFileThatLinksToTheCode_givesTheCodeToNobody(String target) throws Exception {
        installReader("reader-d.cloister");
        Path dataset = stage.newMountFolder("dataset-link");
        link(dataset.resolve("data.csv"), target);
        Outcome outcome = stage.host().run("reader-d.cloister", "main.py", "/" + dataset.getFileName());
        assertThat(outcome.out()).contains("data.csv");
        assertThat(outcome.out() + outcome.err()).doesNotContain(SECRET).doesNotContain("PATH=");
    }

    @Test
    void applicationOfTheHost_cannotLeaveASymbolicLinkForAnother() throws Exception {
        stage.install("linker.cloister", Map.of("main.py", """
                import os, sys
                for make in (lambda: os.symlink("/app/main.py", sys.argv[1] + "/data.csv"),
                             lambda: os.link("/app/main.py", sys.argv[1] + "/hard.csv"),
                             lambda: os.mknod(sys.argv[1] + "/device", 0o020666, os.makedev(1, 1))):
                    try:
                        make()
                        print("made")
                    except OSError as error:
                        print("refused")
                """));
        Path dataset = stage.newMountFolder("dataset-app-link");
        Outcome outcome = stage.host().run("linker.cloister", "main.py", "/" + dataset.getFileName());
        assertThat(outcome.out()).isEqualTo("refused\nrefused\nrefused\n");
    }

    @Test
    void traceback_staysInside() throws Exception {
        stage.install("crash.cloister", Map.of("main.py", "weights = '" + SECRET + "'; raise ValueError(weights)\n"));
        Outcome outcome = stage.host().run("crash.cloister", "main.py", "");
        assertThat(outcome.status()).isEqualTo(1);
        assertThat(outcome.out() + outcome.err()).doesNotContain(SECRET).doesNotContain("Traceback");
    }

    @Test
    void decryptedPackage_isGoneAfterARun_aCrash_andARefusal() throws Exception {
        installReader("reader-g.cloister");
        stage.install("kill.cloister", Map.of("main.py", "import os\n# " + SECRET + "\nos.kill(os.getpid(), 9)\n"));
        stage.host().run("reader-g.cloister", "main.py", "/nowhere");
        stage.host().run("reader-g.cloister", "no-such-script.py", "");
        assertThat(stage.host().run("kill.cloister", "main.py", "").status()).isEqualTo(137);
        assertThat(Traces.of(SECRET, Traces.enclaveRoot(stage.enclave()), Traces.MEMORY))
                .isEmpty();
    }

    @Test
    void decryptedPackage_isInvisibleToTheNext() throws Exception {
        Path wait = stage.newMountFolder("wait");
        stage.install("long.cloister", Map.of("main.py", """
                import os, time
                SECRET = "%s"
                while not os.path.exists("/%s/end"):
                    time.sleep(0.05)
                """.formatted(SECRET, wait.getFileName())));
        stage.install("search.cloister", Map.of("main.py", """
                import os
                wanted = "the-model-" + "weights"
                for folder, directories, names in os.walk("/"):
                    if folder in ("/proc", "/sys", "/usr", "/dev"):
                        directories.clear()
                        continue
                    for name in names:
                        try:
                            with open(os.path.join(folder, name), errors="replace") as file:
                                if wanted in file.read(1 << 20):
                                    print("found", folder, name)
                        except OSError:
                            pass
                for process in os.listdir("/proc"):
                    try:
                        if process.isdigit():
                            print("process", open("/proc/" + process + "/cmdline").read().split("\\0")[0])
                    except PermissionError:
                        print("process of the sandbox itself")
                """));
        CompletableFuture<Outcome> other =
                Background.run(() -> stage.host().run("long.cloister", "main.py", "/" + wait.getFileName()));
        Outcome outcome = stage.host().run("search.cloister", "main.py", "");
        // That the search below finds what is there, is what makes its silence elsewhere worth something.
        assertThat(Traces.of(SECRET, Traces.enclaveRoot(stage.enclave()), Traces.MEMORY))
                .isNotEmpty();
        Files.writeString(wait.resolve("end"), "");
        assertThat(other.join().status()).isZero();
        assertThat(outcome.status()).isZero();
        assertThat(outcome.out()).doesNotContain("found").doesNotContain("java");
    }

    @ParameterizedTest
    @ValueSource(strings = {"proc/self/mem", "proc/self/environ", "proc/1/environ", "etc/cloister", "run", "opt"})
    void serversOwnFiles_areNotInTheSyncedFolder(String path) {
        assertThat(stage.host().mount().resolve(path)).doesNotExist();
    }

    @Test
    void application_hasNoNetwork_noVsock_andAReadOnlyPackage() throws Exception {
        stage.install("probe.cloister", Map.of("main.py", """
                import os, socket
                def attempt(name, action):
                    try:
                        action()
                        print(name, "possible")
                    except OSError as error:
                        print(name, "refused")
                def tcp():
                    socket.create_connection(("127.0.0.1", 80), 1)
                def vsock():
                    socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)
                attempt("tcp", tcp)
                attempt("vsock", vsock)
                attempt("write", lambda: open("/app/main.py", "a"))
                attempt("configuration", lambda: os.listdir("/etc/cloister"))
                attempt("server", lambda: os.listdir("/opt/cloister"))
                attempt("synced", lambda: os.listdir("/encrypted"))
                attempt("nsm", lambda: open("/dev/nsm"))
                attempt("platform", lambda: os.listdir("/run/platform"))
                attempt("core", lambda: open("/proc/sys/kernel/core_pattern", "w"))
                attempt("memory", lambda: open("/proc/1/mem", "rb").read(1))
                """));
        Outcome outcome = stage.host().run("probe.cloister", "main.py", "");
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).doesNotContain("possible");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/proc/self/cwd", "/etc/", "/app", "/../etc", "/dataset/../app", "--in=/proc/self/root/app", "/"
            })
    void argumentThatNamesTheEnclavesOwnFolders_isRefused(String argument) throws Exception {
        installReader("reader-a.cloister");
        Outcome outcome = stage.host().run("reader-a.cloister", "main.py", argument);
        assertThat(outcome.status()).isEqualTo(125);
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void idleAndStalledClients_blockNobody() throws Exception {
        try (Channel idleSync = connect(Address.SYNC_PORT);
                Channel idleRun = connect(Address.RUN_PORT);
                Channel halfFrame = connect(Address.SYNC_PORT)) {
            halfFrame.write(ByteBuffer.wrap(new byte[] {0, 0, 0, 100, 1}));
            installReader("reader-i.cloister");
            Path dataset = stage.newMountFolder("dataset-idle");
            Files.writeString(dataset.resolve("a"), "content");
            Outcome outcome = stage.host().run("reader-i.cloister", "main.py", "/" + dataset.getFileName());
            assertThat(outcome.out()).isEqualTo("a content\n");
        }
    }

    private Channel connect(int port) throws IOException {
        return Channels.connect(stage.enclave().address().enclavePort(port), Duration.ofSeconds(5));
    }

    private void installReader(String name) throws Exception {
        if (!Files.exists(stage.host().packages().resolve(name))) {
            stage.install(name, Map.of("main.py", READER));
        }
    }

    private void plant(String folder, String name, String content) throws IOException {
        Files.writeString(
                Files.createDirectories(stage.host().mount().resolve(folder)).resolve(name), content);
    }

    private static void link(Path path, String target) throws IOException {
        if (!Files.isSymbolicLink(path)) {
            Files.createSymbolicLink(path, Path.of(target));
        }
    }

    private static ByteBuffer frame(int type, ByteBuffer body) {
        return ByteBuffer.allocate(9 + body.remaining())
                .putInt(5 + body.remaining())
                .put((byte) type)
                .putInt(1)
                .put(body)
                .flip();
    }

    /** The next frame's type and request id and body, or nothing when the server hung up. */
    private static byte[] answer(DataInputStream in) throws IOException {
        try {
            return in.readNBytes(in.readInt());
        } catch (EOFException hungUp) {
            return new byte[0];
        }
    }
}
