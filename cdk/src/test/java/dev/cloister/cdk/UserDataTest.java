package dev.cloister.cdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script that a new host runs, as it arrives there. */
class UserDataTest {
    private static final int LIMIT = 16 * 1024;
    private static final Map<String, String> VALUES = Map.of(
            "CloisterS3Path", "s3://bucket/cloister/cloister-0.1.0.tar.gz",
            "CloisterSha256", "0".repeat(64),
            "ThirdPartyName", "Acme",
            "SharedBucketName", "bucket",
            "EnclaveCpuCount", "2",
            "EnclaveMemoryMiB", "4096",
            "EncryptionKeyArn", "arn:aws:kms:eu-central-1:444455556666:key/1",
            "AWS::StackName", "Host",
            "AWS::Region", "eu-central-1");

    private static String script = "";

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    static void synthesize() {
        SynthesizedStack stack =
                SynthesizedStack.of((app, props) -> new EnclaveHostStack(app, "Host", props, List.of("")));
        script = text(stack.only("AWS::EC2::LaunchTemplate")
                .path("Properties")
                .path("LaunchTemplateData")
                .path("UserData")
                .path("Fn::Base64"));
    }

    /** As CloudFormation resolves it. */
    private static String text(JsonNode value) {
        if (value.isTextual()) {
            return value.asText();
        }
        if (value.has("Ref")) {
            return VALUES.getOrDefault(value.path("Ref").asText(), "");
        }
        if (value.has("Fn::Join")) {
            JsonNode parts = value.path("Fn::Join").path(1);
            StringBuilder joined = new StringBuilder();
            for (String part : parts.isArray() ? texts(parts) : split(parts)) {
                joined.append(part);
            }
            return joined.toString();
        }
        return split(value.path("Fn::Select").path(1))
                .get(value.path("Fn::Select").path(0).asInt());
    }

    private static List<String> texts(JsonNode values) {
        return values.valueStream().map(UserDataTest::text).toList();
    }

    private static List<String> split(JsonNode value) {
        JsonNode arguments = value.path("Fn::Split");
        return Arrays.asList(text(arguments.path(1)).split(arguments.path(0).asText(), -1));
    }

    @Test
    void settings_areThoseOfTheStack() {
        assertThat(script)
                .startsWith("#!/bin/bash\n")
                .contains("cloister_archive='s3://bucket/cloister/cloister-0.1.0.tar.gz'\n")
                .contains("kms_region='eu-central-1'\n")
                .contains("cat >'/etc/cloister/enclaves/Acme.conf'")
                .contains("IMAGE=s3://bucket/Acme/image.eif\nCPU_COUNT=2\nMEMORY_MIB=4096\nCID=16\n");
        assertThat(script.length()).isLessThan(LIMIT);
    }

    @Test
    void archive_isCheckedBeforeItIsUnpacked() {
        assertThat(script.indexOf("sha256sum --check --strict")).isBetween(0, script.indexOf("tar -xzf"));
    }

    @Test
    void shell_parsesIt() throws Exception {
        assertThat(run("bash", "-n", written("user-data", script).toString())).isEmpty();
        assertThat(run(
                        "bash",
                        "-n",
                        written("enclaves", part("/usr/local/libexec/cloister/enclaves"))
                                .toString()))
                .isEmpty();
    }

    @Test
    void shellcheck_findsNothing() throws Exception {
        assumeInstalled("shellcheck");
        Path whole = written("user-data", script);
        Path enclaves = written("enclaves", part("/usr/local/libexec/cloister/enclaves"));
        assertThat(run("shellcheck", whole.toString(), enclaves.toString())).isEmpty();
    }

    @Test
    void systemd_understandsTheUnits() throws Exception {
        assumeInstalled("systemd-analyze");
        for (String unit : List.of("cloister-enclave@.service", "cloister-proxy.service", "cloister-sync@.service")) {
            String text = part("/etc/systemd/system/" + unit)
                    .replace("/usr/local/libexec/cloister/enclaves", "/bin/true")
                    .replace("/usr/local/bin/cloister", "/bin/true")
                    .replace("/usr/bin/fusermount", "/bin/true");
            written(unit.replace("@", "@Acme"), text);
        }
        assertThat(run(
                        "systemd-analyze",
                        "verify",
                        "--man=no",
                        folder.resolve("cloister-enclave@Acme.service").toString(),
                        folder.resolve("cloister-proxy.service").toString(),
                        folder.resolve("cloister-sync@Acme.service").toString()))
                .doesNotContain("cloister");
    }

    /** What the script writes into a file. */
    private static String part(String path) {
        String begin = "cat >'" + path + "' <<'END_OF_FILE'\n";
        int from = script.indexOf(begin) + begin.length();
        assertThat(from).isGreaterThan(begin.length());
        return script.substring(from, script.indexOf("END_OF_FILE\n", from));
    }

    private Path written(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private static void assumeInstalled(String program) {
        assumeTrue(
                Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, program))),
                program + " is missing");
    }

    /** Everything that a program says, to both streams. */
    private static String run(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return output;
    }
}
