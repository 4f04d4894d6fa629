package dev.cloister.cdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The script that runs a host's enclaves, with programs of the same names in place of {@code aws}, {@code nitro-cli} and
 * {@code systemctl}: they write down how they are called. An enclave that is started ends at once.
 */
class EnclavesScriptTest {
    private static final int MIB = 1 << 20;

    @TempDir
    private Path root = Path.of("");

    private Path script = Path.of("");

    @BeforeEach
    void prepare() throws IOException {
        try (InputStream in = Objects.requireNonNull(UserData.class.getResourceAsStream("enclaves"))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("=/etc/", "=" + root + "/etc/")
                    .replace("=/var/", "=" + root + "/var/");
            script = Files.writeString(root.resolve("enclaves"), text);
        }
        Files.createDirectories(root.resolve("etc/cloister/enclaves"));
        Files.createDirectories(root.resolve("etc/nitro_enclaves"));
        Files.createDirectories(root.resolve("bucket"));
        Files.writeString(root.resolve("running"), "[]");
        program("aws", "cp \"" + root + "/bucket/$(basename \"$4\")\" \"$5\"");
        program("systemctl", "echo \"systemctl $*\" >>" + root + "/calls");
        program(
                "nitro-cli",
                "if [ \"$1\" = describe-enclaves ]; then cat " + root + "/running; exit; fi\necho \"$*\" >>" + root
                        + "/calls");
        enclave("Acme", 8, 16);
    }

    @Test
    void largeImage_getsFourTimesItsSize() throws Exception {
        image("Acme", 3 * MIB + 1);
        assertThat(run("run", "Acme")).contains("cloister: error: enclave 'Acme' has ended");
        assertThat(read("etc/nitro_enclaves/allocator.yaml")).isEqualTo("---\nmemory_mib: 13\ncpu_count: 2\n");
        assertThat(read("calls"))
                .isEqualTo("systemctl restart nitro-enclaves-allocator.service\n"
                        + "run-enclave --enclave-name Acme --eif-path " + root + "/var/lib/cloister/images/Acme.eif"
                        + " --enclave-cid 16 --cpu-count 2 --memory 13\n");
    }

    @Test
    void smallImage_getsWhatTheSettingsSay() throws Exception {
        image("Acme", MIB);
        run("run", "Acme");
        assertThat(read("etc/nitro_enclaves/allocator.yaml")).contains("memory_mib: 8\n");
        assertThat(read("calls")).endsWith("--memory 8\n");
    }

    @Test
    void severalEnclaves_haveRoomTogether() throws Exception {
        enclave("Globex", 16, 17);
        image("Acme", 3 * MIB);
        run("run", "Acme");
        assertThat(read("etc/nitro_enclaves/allocator.yaml")).isEqualTo("---\nmemory_mib: 28\ncpu_count: 4\n");
    }

    @Test
    void otherEnclaveThatRuns_isLeftAlone() throws Exception {
        image("Acme", MIB);
        Files.writeString(root.resolve("running"), "[{\"EnclaveName\": \"Globex\"}]");
        run("run", "Acme");
        assertThat(root.resolve("etc/nitro_enclaves/allocator.yaml")).doesNotExist();
        assertThat(read("calls")).startsWith("run-enclave --enclave-name Acme ").doesNotContain("systemctl");
    }

    @Test
    void imageThatIsNotThere_isToldAndNothingStarts() throws Exception {
        assertThat(run("run", "Acme"))
                .contains("cloister: s3://bucket/Acme.eif cannot be read")
                .contains("cloister: error: there is no image for enclave 'Acme' yet");
        assertThat(read("calls")).doesNotContain("run-enclave");
    }

    @Test
    void downloadThatFails_leavesTheImageThatWasThere() throws Exception {
        image("Acme", MIB);
        run("run", "Acme");
        Files.delete(root.resolve("bucket/Acme.eif"));
        Files.delete(root.resolve("calls"));
        assertThat(run("run", "Acme")).contains("cannot be read");
        assertThat(read("calls")).contains("run-enclave --enclave-name Acme ");
    }

    @Test
    void unknownEnclaveOrWord_isRefused() throws Exception {
        assertThat(run("run", "Other")).contains("cloister: error: there is no enclave 'Other' on this instance");
        assertThat(run("start", "Acme")).contains("cloister: error: there is no word 'start'");
        assertThat(run("run")).contains("cloister: error: two words are needed");
    }

    private void enclave(String name, int memoryMib, int cid) throws IOException {
        Files.writeString(
                root.resolve("etc/cloister/enclaves/" + name + ".conf"),
                "IMAGE=s3://bucket/" + name + ".eif\nCPU_COUNT=2\nMEMORY_MIB=" + memoryMib + "\nCID=" + cid + "\n");
    }

    private void image(String name, int size) throws IOException {
        Files.write(root.resolve("bucket/" + name + ".eif"), new byte[size]);
    }

    private void program(String name, String body) throws IOException {
        Path file = Files.writeString(root.resolve(name), "#!/bin/sh\n" + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private String read(String file) throws IOException {
        Path path = root.resolve(file);
        return Files.exists(path) ? Files.readString(path) : "";
    }

    /** What the script says; it never ends with 0, since every enclave ends here. */
    private String run(String... words) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("bash", script.toString()).redirectErrorStream(true);
        builder.command().addAll(List.of(words));
        builder.environment().put("PATH", root + ":" + System.getenv("PATH"));
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        return output;
    }
}
