package dev.cloister.enclave.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.enclave.config.LogPolicy;
import dev.cloister.enclave.sandbox.ControlGroups;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.run.Refusal;
import dev.cloister.protocol.run.RunReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a run is and how it ends, with real sandboxes. */
final class RunServiceTest {
    private Enclave enclave;

    @BeforeEach
    void start() throws IOException {
        enclave = Enclave.start();
    }

    @AfterEach
    void stop() throws IOException {
        if (enclave != null) {
            enclave.assertNothingLeft();
            enclave.close();
        }
    }

    private void restart(Enclave.Options options) throws IOException {
        enclave.close();
        enclave = Enclave.start(options);
    }

    @Test
    void application_readsItsDataWritesItsOutputAndExits() throws IOException {
        enclave.folder("dataset");
        enclave.folder("output");
        enclave.file("dataset/in.txt", "7");
        enclave.addScript("double.cloister", """
                import sys
                with open(sys.argv[2] + "in.txt") as f: n = int(f.read())
                with open(sys.argv[4] + "out.txt", "w") as f: f.write(str(2 * n))
                print("done")
                sys.exit(3)
                """);
        RunClient.Result result = enclave.run("double.cloister", "-d", "/dataset/", "-o", "/output/");
        assertThat(result.status()).isEqualTo(3);
        assertThat(result.stdout()).isEqualTo("done\n");
        assertThat(Files.readString(enclave.synced("output/out.txt"))).isEqualTo("14");
    }

    @Test
    void pathAfterEqualsSign_isGivenToo() throws IOException {
        enclave.folder("output");
        enclave.addScript("a.cloister", "import sys; open(sys.argv[1].split('=')[1] + 'x', 'w')");
        assertThat(enclave.run("a.cloister", "--out=/output/").status()).isZero();
        assertThat(enclave.synced("output/x")).exists();
    }

    @Test
    void singleFile_isGivenItself() throws IOException {
        enclave.folder("dataset");
        enclave.file("dataset/a.csv", "a");
        enclave.file("dataset/b.csv", "b");
        enclave.addScript("a.cloister", "import os, sys; print(open(sys.argv[1]).read(), os.listdir('/dataset'))");
        assertThat(enclave.run("a.cloister", "/dataset/a.csv").stdout()).isEqualTo("a ['a.csv']\n");
    }

    @Test
    void fileThatDoesNotExistYet_isMadeInItsFolder() throws IOException {
        enclave.folder("output");
        enclave.addScript("a.cloister", "import sys; open(sys.argv[1], 'w').write('new')");
        assertThat(enclave.run("a.cloister", "/output/result.csv").status()).isZero();
        assertThat(Files.readString(enclave.synced("output/result.csv"))).isEqualTo("new");
    }

    @Test
    void pathWhoseFolderDoesNotExist_isRefused() throws IOException {
        enclave.addScript("a.cloister", "print(1)");
        RunClient.Result result = enclave.run("a.cloister", "/nowhere/result.csv");
        assertThat(result.refusal()).isEqualTo(Refusal.PATH_NOT_FOUND);
        assertThat(result.message()).contains("/nowhere/result.csv").contains("mkdir");
    }

    @Test
    void argumentsWithBlanksQuotesAndNonAscii_arriveAsTheyAre() throws IOException {
        enclave.addScript("a.cloister", "import sys; print(sys.argv[1:])");
        String[] arguments = {"a b", "", "it's", "\"q\"", "$HOME", "*", "-c", "ünï", "a\nb", ";id", "--", "\\"};
        assertThat(enclave.run("a.cloister", arguments).stdout())
                .isEqualTo("['a b', '', \"it's\", '\"q\"', '$HOME', '*', '-c', 'ünï', 'a\\nb', ';id', '--', '\\\\']\n");
    }

    @Test
    void declaredEntrypoint_runsItsCommandLine() throws IOException {
        enclave.addPackage(
                "a.cloister",
                Map.of(
                        "tool.sh", "echo \"$@\"",
                        "cloister.yaml", "entrypoints: {say: [/bin/sh, tool.sh, hello]}"));
        assertThat(enclave.runEntrypoint("a.cloister", "say", "you").stdout()).isEqualTo("hello you\n");
    }

    @Test
    void applicationKilledBySignal_exitsWith128PlusItsNumber() throws IOException {
        enclave.addScript("a.cloister", "import os; os.kill(os.getpid(), 15)");
        assertThat(enclave.run("a.cloister").status()).isEqualTo(143);
    }

    @Test
    void childrenLeftBehind_endWithTheApplication() throws IOException {
        enclave.addScript("a.cloister", """
                import subprocess
                subprocess.Popen(["sleep", "1000"], start_new_session=True)
                print("left")
                """);
        assertThat(enclave.run("a.cloister").stdout()).isEqualTo("left\n");
    }

    @Test
    void muchOutput_arrivesWholeAndInOrder() throws IOException {
        enclave.addScript("a.cloister", "for i in range(400000): print(i)");
        RunClient.Result result = enclave.run("a.cloister");
        assertThat(result.stdout().lines().count()).isEqualTo(400000);
        assertThat(result.stdout()).endsWith("\n399999\n");
    }

    @Test
    void severalRunsAtOnce_seeOnlyTheirOwn() throws IOException {
        enclave.folder("a");
        enclave.folder("b");
        String script = """
                import os, sys, time
                print("ready", flush=True)
                time.sleep(0.5)
                print(sorted(os.listdir("/app")), sorted(p for p in os.listdir("/proc") if p.isdigit()), flush=True)
                print(os.path.exists("/a"), os.path.exists("/b"))
                """;
        enclave.addPackage("a.cloister", Map.of("main.py", script, "only-a", ""));
        enclave.addPackage("b.cloister", Map.of("main.py", script, "only-b", ""));
        try (RunClient a = RunClient.connect(enclave.address()).start("a.cloister", "main.py", List.of("/a"));
                RunClient b = RunClient.connect(enclave.address()).start("b.cloister", "main.py", List.of("/b"))) {
            a.awaitOutput("ready");
            b.awaitOutput("ready");
            assertThat(a.finish().stdout()).isEqualTo("ready\n['main.py', 'only-a'] ['1', '2']\nTrue False\n");
            assertThat(b.finish().stdout()).isEqualTo("ready\n['main.py', 'only-b'] ['1', '2']\nFalse True\n");
        }
    }

    @Test
    void moreRunsThanAllowed_areRefusedAsBusy() throws IOException {
        restart(Enclave.Options.DEFAULT.maxRuns(1));
        enclave.addScript("a.cloister", "import time; print('up', flush=True); time.sleep(100)");
        try (RunClient first = RunClient.connect(enclave.address()).start("a.cloister", "main.py", List.of())) {
            first.awaitOutput("up");
            assertThat(enclave.run("a.cloister").refusal()).isEqualTo(Refusal.BUSY);
            first.stop();
            assertThat(first.finish().status()).isEqualTo(137);
        }
        enclave.addScript("b.cloister", "print(1)");
        assertThat(enclave.run("b.cloister").status()).isZero();
    }

    @Test
    void stop_killsTheApplicationAndIsAnswered() throws IOException {
        enclave.addScript("a.cloister", """
                import signal, time
                for s in (1, 2, 15): signal.signal(s, signal.SIG_IGN)
                print("up", flush=True)
                time.sleep(1000)
                """);
        try (RunClient client = RunClient.connect(enclave.address()).start("a.cloister", "main.py", List.of())) {
            client.awaitOutput("up");
            client.stop();
            assertThat(client.finish().reply()).isInstanceOf(RunReply.Exited.class);
        }
    }

    @Test
    void disconnect_killsTheApplicationAndWipes() throws Exception {
        enclave.addScript("a.cloister", "import time; print('up', flush=True); time.sleep(1000)");
        try (RunClient client = RunClient.connect(enclave.address()).start("a.cloister", "main.py", List.of())) {
            client.awaitOutput("up");
        }
        Conditions.await("the run is gone", () -> {
            enclave.assertNothingLeft();
            return true;
        });
    }

    @Test
    void clientThatReadsNothing_losesItsRunAndHoldsUpNobody() throws Exception {
        enclave.addScript("loud.cloister", "while True: print('x' * 60000)");
        enclave.addScript("a.cloister", "print('quick')");
        try (RunClient slow = RunClient.connect(enclave.address()).start("loud.cloister", "main.py", List.of())) {
            Conditions.await("the run is there", () -> !isEmpty(enclave.runs()));
            assertThat(enclave.run("a.cloister").stdout()).isEqualTo("quick\n");
            Conditions.await("the slow client's run is gone", () -> {
                enclave.assertNothingLeft();
                return true;
            });
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    @Test
    void idleClients_holdUpNobodyAndAreDropped() throws IOException {
        enclave.addScript("a.cloister", "print('quick')");
        List<Channel> idle = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            idle.add(Channels.connect(enclave.address(), Duration.ofSeconds(5)));
        }
        assertThat(enclave.run("a.cloister").stdout()).isEqualTo("quick\n");
        for (Channel channel : idle) {
            channel.setReadTimeout(Duration.ofSeconds(10));
            assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            channel.close();
        }
    }

    @Test
    void garbageInsteadOfHello_endsTheConnection() throws IOException {
        try (Channel channel = Channels.connect(enclave.address(), Duration.ofSeconds(5))) {
            channel.write(
                    ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
            channel.setReadTimeout(Duration.ofSeconds(10));
            assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
    }

    @Test
    void applicationBeyondItsTime_isEnded() throws IOException {
        enclave.addPackage(
                "a.cloister",
                Map.of(
                        "main.py", "import time; print('up', flush=True); time.sleep(100)",
                        "cloister.yaml", "entrypoints: {main: [python3, main.py]}\nlimits: {seconds: 1}"));
        RunClient.Result result = enclave.runEntrypoint("a.cloister", "main");
        assertThat(result.refusal()).isEqualTo(Refusal.TIME_LIMIT);
        assertThat(result.stdout()).isEqualTo("up\n");
    }

    @Test
    void applicationBeyondItsMemory_isEnded() throws IOException {
        addGreedy();
        assertThat(enclave.runEntrypoint("greedy.cloister", "main").status()).isNotZero();
    }

    @Test
    void applicationBeyondItsMemoryWithoutControlGroups_isEnded() throws IOException {
        restart(Enclave.Options.DEFAULT.groups(ControlGroups.none()));
        addGreedy();
        assertThat(enclave.runEntrypoint("greedy.cloister", "main").status()).isNotZero();
    }

    private void addGreedy() throws IOException {
        enclave.addPackage(
                "greedy.cloister",
                Map.of(
                        "main.py",
                                "b = bytearray(200 << 20)\nfor i in range(0, len(b), 4096): b[i] = 1\nprint('got it')",
                        "cloister.yaml", "entrypoints: {main: [python3, main.py]}\nlimits: {memory_mib: 64}"));
    }

    @Test
    void applicationBeyondItsProcesses_cannotFork() throws IOException {
        enclave.addPackage(
                "a.cloister",
                Map.of(
                        "main.py", """
                        import os, time
                        n = 0
                        try:
                            while n < 100:
                                if os.fork() == 0:
                                    time.sleep(100)
                                n += 1
                        except OSError:
                            print("refused after", n)
                        """,
                        "cloister.yaml", "entrypoints: {main: [python3, main.py]}\nlimits: {processes: 16}"));
        assertThat(enclave.runEntrypoint("a.cloister", "main").stdout()).startsWith("refused after 1");
    }

    @Test
    void logsNone_letNothingOut() throws IOException {
        addTalker("none");
        RunClient.Result result = enclave.runEntrypoint("talk.cloister", "main");
        assertThat(result.status()).isEqualTo(5);
        assertThat(result.stdout() + result.stderr()).isEmpty();
    }

    @Test
    void logsAll_letBothStreamsOut() throws IOException {
        addTalker("all");
        RunClient.Result result = enclave.runEntrypoint("talk.cloister", "main");
        assertThat(result.stdout()).isEqualTo("out\n");
        assertThat(result.stderr()).isEqualTo("err\n");
    }

    @Test
    void logPolicyOfTheImage_isTheMostThatLeaves() throws IOException {
        restart(Enclave.Options.DEFAULT.logs(LogPolicy.STDOUT));
        addTalker("all");
        RunClient.Result result = enclave.runEntrypoint("talk.cloister", "main");
        assertThat(result.stdout()).isEqualTo("out\n");
        assertThat(result.stderr()).isEmpty();
    }

    private void addTalker(String logs) throws IOException {
        enclave.addPackage(
                "talk.cloister",
                Map.of(
                        "main.py",
                        "import sys; print('out'); print('err', file=sys.stderr); sys.exit(5)",
                        "cloister.yaml",
                        "logs: " + logs + "\nentrypoints: {main: [python3, main.py]}"));
    }

    @Test
    void packageLargerThanItsRoom_isRefusedAndCleanedUp() throws IOException {
        restart(Enclave.Options.DEFAULT.packageBytes(1 << 20));
        enclave.addPackage("big.cloister", Map.of("main.py", "", "big", "x".repeat(4 << 20)));
        assertThat(enclave.run("big.cloister").refusal()).isEqualTo(Refusal.NO_SPACE);
    }

    @Test
    void fullSyncedFolder_isTheApplicationsError() throws IOException {
        enclave.folder("output");
        enclave.addScript("a.cloister", """
                import errno
                try:
                    with open("/output/x", "wb") as f:
                        while True: f.write(bytes(1 << 20))
                except OSError as e:
                    print(errno.errorcode[e.errno])
                """);
        assertThat(enclave.run("a.cloister", "/output").stdout()).isEqualTo("ENOSPC\n");
    }

    @Test
    void unknownPackage_isRefused() throws IOException {
        assertThat(enclave.run("missing.cloister").refusal()).isEqualTo(Refusal.PACKAGE_NOT_FOUND);
    }

    @Test
    void notAPackage_isRefused() throws IOException {
        enclave.file("encrypted/text.cloister", "just text, no package");
        assertThat(enclave.run("text.cloister").refusal()).isEqualTo(Refusal.PACKAGE_MALFORMED);
        enclave.file("encrypted/empty.cloister", "");
        assertThat(enclave.run("empty.cloister").refusal()).isEqualTo(Refusal.PACKAGE_MALFORMED);
    }

    @Test
    void flippedBit_isNotAuthentic() throws IOException {
        enclave.addScript("a.cloister", "print(1)");
        Path file = enclave.synced("encrypted/a.cloister");
        byte[] content = Files.readAllBytes(file);
        content[content.length - 5] ^= 1;
        Files.write(file, content);
        assertThat(enclave.run("a.cloister").refusal()).isEqualTo(Refusal.PACKAGE_NOT_AUTHENTIC);
    }

    @Test
    void truncatedPackage_isNotAuthentic() throws IOException {
        enclave.addScript("a.cloister", "print(1)");
        Path file = enclave.synced("encrypted/a.cloister");
        byte[] content = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(content, content.length - 20));
        assertThat(enclave.run("a.cloister").refusal()).isEqualTo(Refusal.PACKAGE_NOT_AUTHENTIC);
    }

    @Test
    void malformedManifest_isRefusedWithoutItsContent() throws IOException {
        enclave.addPackage("a.cloister", Map.of("main.py", "", "cloister.yaml", "secret_model_name: 1"));
        RunClient.Result result = enclave.run("a.cloister");
        assertThat(result.refusal()).isEqualTo(Refusal.PACKAGE_MALFORMED);
        assertThat(result.message()).contains("unknown key").doesNotContain("secret");
    }

    @Test
    void programThatIsNowhere_isRefused() throws IOException {
        enclave.addPackage("a.cloister", Map.of("x", "", "cloister.yaml", "entrypoints: {main: [no-such-program]}"));
        RunClient.Result result = enclave.runEntrypoint("a.cloister", "main");
        assertThat(result.refusal()).isEqualTo(Refusal.ENTRYPOINT_NOT_FOUND);
        assertThat(result.message()).doesNotContain("no-such-program");
    }

    @Test
    void exited_tellsTheEnclavesShareOfTheTime() throws IOException {
        enclave.addScript("a.cloister", "import time; time.sleep(1)");
        RunReply.Exited exited = (RunReply.Exited) enclave.run("a.cloister").reply();
        assertThat(exited.overheadMicros()).isBetween(1L, 900_000L);
        assertThat(enclave.console())
                .contains("run ended: exited after")
                .contains("unpack")
                .contains("wipe");
    }
}
