package dev.cloister.host.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.host.testing.Command;
import dev.cloister.host.testing.ScriptedRunService;
import dev.cloister.protocol.run.Refusal;
import dev.cloister.protocol.run.RunReply;
import dev.cloister.protocol.run.RunRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(90)
class RunCommandTest {
    private Path folder;
    private Command command;

    @BeforeEach
    void prepare() throws Exception {
        folder = Files.createTempDirectory("cloister-test");
        command = new Command(folder)
                .with("CLOISTER_ENCLAVE", "unix:" + folder)
                .with("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
                .with("AWS_SECRET_ACCESS_KEY", "not-a-real-secret")
                .with("AWS_SESSION_TOKEN", "token");
    }

    @AfterEach
    void cleanUp() throws Exception {
        Command.shell("rm -rf \"$1\"", folder);
    }

    @Test
    void application_getsItsArgumentsAndItsOutputAndStatusComeBack() throws Exception {
        try (ScriptedRunService service = ScriptedRunService.start(folder, run -> {
            run.receive();
            run.output(RunReply.Stream.STDOUT, "out\u0000\r\n");
            run.output(RunReply.Stream.STDERR, "err");
            run.output(RunReply.Stream.STDOUT, "more");
            run.reply(new RunReply.Exited(42, 1500));
        })) {
            Command.Result result = command.run(
                    "run",
                    "-f",
                    "encrypted/app.cloister",
                    "-s",
                    "main.py",
                    "-a",
                    "-d '/a b/'",
                    "-a",
                    "-n 3",
                    "--",
                    "-a",
                    "two words");
            assertThat(result).isEqualTo(new Command.Result(42, "out\u0000\r\nmore", "err"));
            RunRequest.Start start = (RunRequest.Start) service.requests().take();
            assertThat(start.packageName()).isEqualTo("app.cloister");
            assertThat(start.entrypoint()).isEqualTo("main.py");
            assertThat(start.arguments()).isEqualTo(List.of("-d", "/a b/", "-n", "3", "-a", "two words"));
            assertThat(start.credentials().secretAccessKey()).isEqualTo("not-a-real-secret");
            assertThat(start.credentials().sessionToken()).isEqualTo("token");
        }
    }

    @Test
    void json_endsStderrWithOneLine() throws Exception {
        try (ScriptedRunService service = ScriptedRunService.start(folder, run -> {
            run.receive();
            run.reply(new RunReply.Exited(3, 1500));
        })) {
            Command.Result result = command.run("run", "-f", "app.cloister", "-s", "main.py", "--json");
            assertThat(result)
                    .isEqualTo(new Command.Result(3, "", "{\"status\":3,\"reason\":\"exited\",\"enclave_ms\":1.5}\n"));
            assertThat(service.requests()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "KEY_ACCESS_DENIED, key-access-denied, 12, cloister key pin",
        "PACKAGE_NOT_AUTHENTIC, package-not-authentic, 13, copy the package again",
        "KMS_UNREACHABLE, kms-unreachable, 1, cloister proxy -s kms",
    })
    void refusal_isExplainedAndEnds125(Refusal reason, String name, int code, String hint) throws Exception {
        try (ScriptedRunService service = ScriptedRunService.start(folder, run -> {
            run.receive();
            run.reply(new RunReply.Refused(reason, "the detail"));
        })) {
            Command.Result told = command.run("run", "-f", "app.cloister", "-s", "main.py");
            assertThat(told.status()).isEqualTo(125);
            assertThat(told.err().lines().toList()).hasSize(2);
            assertThat(told.err())
                    .startsWith("cloister: error: 'app.cloister' was not run: ")
                    .contains("the detail");
            assertThat(told.err()).contains("cloister: hint: ").contains(hint);
            Command.Result json = command.run("run", "-f", "app.cloister", "-s", "main.py", "--json");
            assertThat(json.status()).isEqualTo(125);
            assertThat(json.err())
                    .startsWith("{\"status\":125,\"reason\":\"%s\",\"code\":%d,\"error\":".formatted(name, code));
            assertThat(service.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource({"INT", "TERM"})
    void signal_stopsTheApplicationAndEnds130(String signal) throws Exception {
        try (ScriptedRunService service = ScriptedRunService.start(folder, run -> {
            run.receive();
            run.output(RunReply.Stream.STDOUT, "started");
            run.receive();
            run.reply(new RunReply.Exited(143, 0));
        })) {
            Path out = folder.resolve("out");
            Process process = command.start(out, folder.resolve("err"), "run", "-f", "a", "-s", "b", "--json");
            while (!Files.exists(out) || Files.size(out) == 0) {
                assertThat(process.isAlive()).isTrue();
                Thread.onSpinWait();
            }
            Command.shell("kill -" + signal + " " + process.pid());
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(130);
            assertThat(folder.resolve("err")).hasContent("{\"status\":130,\"reason\":\"interrupted\",\"code\":130}");
            assertThat(service.requests().take()).isInstanceOf(RunRequest.Start.class);
            assertThat(service.requests().poll(5, TimeUnit.SECONDS)).isEqualTo(new RunRequest.Stop());
        }
    }

    @Test
    void enclaveGone_ends125AndSaysSo() throws Exception {
        try (ScriptedRunService service = ScriptedRunService.start(folder, ScriptedRunService.Conversation::receive)) {
            Command.Result result = command.run("run", "-f", "a", "-s", "b", "--json");
            assertThat(result.status()).isEqualTo(125);
            assertThat(result.err()).contains("\"reason\":\"enclave-unreachable\",\"code\":10");
            assertThat(service.requests()).hasSize(1);
        }
    }

    @Test
    void noEnclave_ends125WithCode10() throws Exception {
        Command.Result result = command.run("run", "-f", "a", "-s", "b", "--json");
        assertThat(result.status()).isEqualTo(125);
        assertThat(result.err()).contains("\"code\":10").contains("cannot be reached");
    }

    @Test
    void noCredentials_saysSoAndAddsNoNoise() throws Exception {
        Command bare = new Command(folder)
                .with("CLOISTER_ENCLAVE", "unix:" + folder)
                .with("AWS_EC2_METADATA_DISABLED", "true")
                .with("AWS_CONFIG_FILE", "/nonexistent")
                .with("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent");
        Command.Result result = bare.run("run", "-f", "a", "-s", "b");
        assertThat(result.status()).isEqualTo(125);
        assertThat(result.err().lines().toList()).hasSize(2);
        assertThat(result.err()).startsWith("cloister: error: no AWS credentials were found");
    }

    @Test
    void profile_isTakenBeforeTheEnvironment() throws Exception {
        Path file = Files.writeString(
                folder.resolve("credentials"),
                "[third]\naws_access_key_id = AKIDPROFILE\naws_secret_access_key = from-the-profile\n");
        command.with("AWS_SHARED_CREDENTIALS_FILE", file.toString()).with("AWS_CONFIG_FILE", "/nonexistent");
        try (ScriptedRunService service = ScriptedRunService.start(folder, run -> {
            run.receive();
            run.reply(new RunReply.Exited(0, 0));
        })) {
            Command.Result result = command.run("run", "-f", "a", "-s", "b", "--profile", "third");
            assertThat(result).isEqualTo(new Command.Result(0, "", ""));
            RunRequest.Start start = (RunRequest.Start) service.requests().take();
            assertThat(start.credentials().accessKeyId()).isEqualTo("AKIDPROFILE");
            assertThat(start.credentials().sessionToken()).isEmpty();
        }
    }

    @Test
    void wrongCommandLine_ends125() throws Exception {
        assertThat(command.run("run", "-f", "a").status()).isEqualTo(125);
        assertThat(command.run("run", "-f", "a", "-s", "b", "-a", "'open").status())
                .isEqualTo(125);
        assertThat(command.run("run", "-f", "a", "-s", "b", "--enclave", "nonsense")
                        .status())
                .isEqualTo(125);
    }
}
