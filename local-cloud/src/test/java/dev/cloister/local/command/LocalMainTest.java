package dev.cloister.local.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands as a user runs them: in processes of their own. */
class LocalMainTest {
    private static final long PATIENCE_SECONDS = 90;

    @TempDir
    private Path directory;

    @AfterEach
    void endWhatATestLeft() throws Exception {
        local("down");
    }

    @Test
    void detached_servesUntilDown() throws Exception {
        Result up = local("up", "--detach", "--region", "eu-central-1");
        assertThat(up.status()).as(up.err()).isZero();
        assertThat(up.out()).contains("region\teu-central-1", "kms\thttps://127.0.0.1:", "ca\t" + state());

        Result again = local("up", "--detach");
        assertThat(again.status()).isEqualTo(1);
        assertThat(again.err()).contains("cloister: error: another local cloud is running on " + state());
        Result inForeground = local("up");
        assertThat(inForeground.status()).isEqualTo(1);
        assertThat(inForeground.err()).contains("another local cloud is running", "cloister: hint: ");

        Result env = local("env", "--as", "third-party");
        assertThat(env.out())
                .contains(
                        "export AWS_PROFILE='third-party'", "export AWS_REGION='eu-central-1'", "AWS_ENDPOINT_URL_KMS");
        assertThat(local("env", "--as", "nobody").status()).isEqualTo(2);
        assertThat(local("audit").status()).isZero();

        assertThat(local("down").status()).isZero();
        assertThat(Files.exists(state().resolve("running.json"))).isFalse();
        Result gone = local("env", "--as", "host");
        assertThat(gone.status()).isEqualTo(1);
        assertThat(gone.err()).contains("no local cloud is running on " + state(), "cloister local up --detach");
    }

    @Test
    void deploy_makesAStackAndDeletesIt() throws Exception {
        assertThat(local("up", "--detach").status()).isZero();
        String name = "Digits-FileSharing-Acme";
        String[] parameters = {"--parameters", "ThirdPartyAWSAccountNumber=444455556666", "ThirdPartyName=acme"};
        Result deployed = deploy("shared-bucket", name, parameters);
        assertThat(deployed.status()).as(deployed.err()).isZero();
        assertThat(deployed.out()).contains("BucketName\tdigits-filesharing-acme-", "KmsKeyArn\tarn:aws:kms:");
        assertThat(deploy("shared-bucket", name, "--json").out()).contains("\"Changed\":\"false\"");

        Result wrong = deploy("shared-bucket", "Other", "--parameters", "ThirdPartyAWSAccountNumber=1");
        assertThat(wrong.status()).isEqualTo(1);
        assertThat(wrong.err()).contains("cloister: error: ", "an AWS account number has 12 digits");
        assertThat(deploy("no-such-template", "Other").status()).isEqualTo(2);
        assertThat(deploy("shared-bucket", name, "--delete").status()).isZero();
    }

    private Result deploy(String template, String stack, String... more) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(template, "--stack-name", stack));
        arguments.addAll(List.of(more));
        return local("deploy", arguments.toArray(String[]::new));
    }

    @Test
    void nothingRunning_isSaid() throws Exception {
        assertThat(local("down").status()).isZero();
        assertThat(local("audit").err()).contains("there is no audit log at");
    }

    @Test
    void detachThatCannotStart_saysWhy() throws Exception {
        Files.createDirectories(state().resolve("kms/keys"));
        Files.writeString(state().resolve("kms/keys/a.json"), "{}");
        Result up = local("up", "--detach");

        assertThat(up.status()).isEqualTo(1);
        assertThat(up.err()).contains("the local cloud ended at once: ", "a.json is damaged", "cloister: hint: see ");
    }

    @Test
    void wrongRegion_isAUsageError() throws Exception {
        assertThat(local("up", "--region", "Mars").status()).isEqualTo(2);
    }

    private Path state() {
        return directory.resolve("state");
    }

    private Result local(String command, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dcloister.home=..",
                "-cp",
                System.getProperty("java.class.path"),
                LocalMain.class.getName(),
                command,
                "--state",
                state().toString()));
        line.addAll(List.of(arguments));
        Path out = Files.createTempFile(directory, "out", "");
        Path err = Files.createTempFile(directory, "err", "");
        Process process = new ProcessBuilder(line)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as(command)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }

    private record Result(int status, String out, String err) {}
}
