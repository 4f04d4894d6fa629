package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.local.stage.Commands.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The main job: an enclave user runs an application on data of their own. */
@ExtendWith(SharedStage.Extension.class)
class RunFlowTest {
    private static final String ECHO = """
            import sys
            for argument in sys.argv[1:]:
                print("<" + argument + ">")
            """;

    private final SharedStage stage;

    RunFlowTest(SharedStage stage) {
        this.stage = stage;
    }

    @Test
    void digits_areClassifiedOnTheHostsData() throws Exception {
        Path mount = stage.host().mount();
        Path sealed = stage.newFolder("digits-").resolve("digits.cloister");
        stage.thirdParty().encrypt(SharedStage.home().resolve("examples/digits/application"), sealed);
        Files.copy(sealed, stage.host().packages().resolve("digits.cloister"));
        Files.createDirectories(mount.resolve("dataset"));
        Files.createDirectories(mount.resolve("output"));
        Files.copy(
                SharedStage.home().resolve("examples/digits/dataset/digits.csv"), mount.resolve("dataset/digits.csv"));

        Outcome outcome = stage.host().run("digits.cloister", "main.py", "-d /dataset/ -o /output/");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).startsWith("accuracy 0.977 on 600 digits");
        assertThat(mount.resolve("output/predictions.csv")).content().hasLineCount(601);
    }

    @Test
    void arguments_keepTheirQuoting() throws Exception {
        stage.install("echo.cloister", Map.of("main.py", ECHO));
        Outcome outcome = stage.host().run("echo.cloister", "main.py", "plain 'two words' \"a\\\"b\" '' $HOME *;|");
        assertThat(outcome.out()).isEqualTo("<plain>\n<two words>\n<a\"b>\n<>\n<$HOME>\n<*;|>\n");
    }

    @Test
    void exitStatus_isTheApplications() throws Exception {
        stage.install("seven.cloister", Map.of("main.py", "import sys\nsys.exit(7)\n"));
        assertThat(stage.host().run("seven.cloister", "main.py", "").status()).isEqualTo(7);
    }

    @Test
    void declaredEntrypoints_areTheOnlyOnes() throws Exception {
        stage.install(
                "declared.cloister",
                Map.of(
                        "cloister.yaml",
                        "name: declared\nversion: \"1\"\nentrypoints:\n  hello: [python3, main.py, --name]\n",
                        "main.py",
                        ECHO));
        assertThat(stage.host().run("declared.cloister", "hello", "you").out()).isEqualTo("<--name>\n<you>\n");
        Outcome undeclared = stage.host().run("declared.cloister", "main.py", "");
        assertThat(undeclared.status()).isEqualTo(125);
    }

    @Test
    void logPolicyAll_letsErrorsOut_andNoneNothing() throws Exception {
        String talk = "import sys\nprint('out')\nprint('err', file=sys.stderr)\n";
        for (String policy : List.of("all", "none")) {
            String manifest =
                    "name: talk\nversion: \"1\"\nentrypoints:\n  main.py: [python3, main.py]\nlogs: " + policy + "\n";
            stage.install("talk-" + policy + ".cloister", Map.of("cloister.yaml", manifest, "main.py", talk));
        }
        Outcome all = stage.host().run("talk-all.cloister", "main.py", "");
        assertThat(all.out()).isEqualTo("out\n");
        assertThat(all.err()).contains("err");
        Outcome none = stage.host().run("talk-none.cloister", "main.py", "");
        assertThat(none.status()).isZero();
        assertThat(none.out()).isEmpty();
        assertThat(none.err()).doesNotContain("err\n");
    }

    @Test
    void severalRunsAtATime_allFinish() throws Exception {
        stage.install("echo-many.cloister", Map.of("main.py", "import time\ntime.sleep(0.5)\n" + ECHO));
        List<CompletableFuture<Outcome>> runs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            String argument = "run" + i;
            runs.add(Background.run(() -> stage.host().run("echo-many.cloister", "main.py", argument)));
        }
        for (int i = 0; i < 4; i++) {
            assertThat(runs.get(i).join().out()).isEqualTo("<run" + i + ">\n");
        }
    }

    @Test
    void fileWrittenInARun_isOnTheParentWhenItHasEnded() throws Exception {
        Files.createDirectories(stage.host().mount().resolve("written"));
        stage.install("write.cloister", Map.of("main.py", """
                import sys
                with open(sys.argv[1] + "/result.txt", "w") as result:
                    result.write("x" * 300000)
                """));
        for (int i = 0; i < 3; i++) {
            assertThat(stage.host().run("write.cloister", "main.py", "/written").status())
                    .isZero();
            Path result = stage.host().mount().resolve("written/result.txt");
            assertThat(Files.readString(result)).hasSize(300_000);
            Files.writeString(result, "shorter");
            assertThat(Files.readString(result)).isEqualTo("shorter");
        }
    }
}
