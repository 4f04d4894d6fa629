package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.local.enclave.Folders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The runbook as a reader follows it who has no AWS account: every guide from its first command to its last, one after
 * the other, in a folder that is empty at first, with a local cloud of its own.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RunbookTest {
    private static final Path AWS_CLI = Path.of("/usr/bin/aws");
    private static final long PATIENCE_MINUTES = 15;

    /** In the order of the tests. */
    private static final List<String> GUIDES = List.of(
            "enclave-administrator",
            "third-party",
            "enclave-user",
            "upgrading-an-image",
            "rotating-the-key",
            "revoking-access",
            "cleaning-up");

    private static Path work = Path.of("");
    private static int followed;

    @BeforeAll
    static void prepare() throws IOException {
        assumeTrue(Files.isExecutable(AWS_CLI), AWS_CLI + " is missing");
        // Unix sockets lie below, and their paths must be short.
        work = Files.createTempDirectory("rb-");
        Path programs = Files.createDirectories(work.resolve("bin"));
        Files.createSymbolicLink(
                programs.resolve("cloister"), SharedStage.home().resolve("cloister"));
        Path aws = Files.writeString(programs.resolve("aws"), """
                #!/bin/sh
                # The distribution's AWS CLI is older than AWS_ENDPOINT_URL_SERVICE.
                case $1 in
                    s3 | s3api) url=$AWS_ENDPOINT_URL_S3 ;;
                    kms) url=$AWS_ENDPOINT_URL_KMS ;;
                    sts) url=$AWS_ENDPOINT_URL_STS ;;
                    cloudformation) url=$AWS_ENDPOINT_URL_CLOUDFORMATION ;;
                esac
                exec %s --endpoint-url "$url" "$@"
                """.formatted(AWS_CLI));
        assertThat(aws.toFile().setExecutable(true)).isTrue();
        Files.createDirectories(work.resolve("reader"));
    }

    @AfterAll
    static void end() throws Exception {
        if (Files.isDirectory(work.resolve("bin"))) {
            run("end", """
                    fusermount -u -z synced 2>/dev/null
                    cloister local stop
                    cloister local down
                    """);
            Folders.delete(work);
        }
    }

    @Test
    @Order(1)
    void enclaveAdministrator_isFollowed() throws Exception {
        follow("enclave-administrator");
        assertThat(file("from-host.txt")).matches("111122223333 s3://[a-z0-9.-]+/Acme arn:aws:kms:\\S+\n");
    }

    @Test
    @Order(2)
    void thirdParty_isFollowed() throws Exception {
        String output = follow("third-party");
        assertThat(file("from-third-party.txt")).matches("arn:aws:kms:\\S+:444455556666:key/\\S+\n");
        assertThat(lastLines(output)).containsPattern("image [0-9a-f]{96}\nhost  arn:aws:iam::111122223333:root\n");
    }

    @Test
    @Order(3)
    void enclaveUser_isFollowed() throws Exception {
        follow("enclave-user");
        assertThat(file("results/accuracy.json")).contains("0.97");
    }

    @Test
    @Order(4)
    void upgradingAnImage_isFollowed() throws Exception {
        String output = follow("upgrading-an-image");
        assertThat(lastLines(output)).containsPattern("image [0-9a-f]{96}\nhost  ");
        assertThat(output).containsPattern("image [0-9a-f]{96}\nimage [0-9a-f]{96}\n");
    }

    @Test
    @Order(5)
    void rotatingTheKey_isFollowed() throws Exception {
        String oldKey = file("from-third-party.txt");
        follow("rotating-the-key");
        assertThat(file("from-third-party.txt")).isNotEqualTo(oldKey);
    }

    @Test
    @Order(6)
    void revokingAccess_isFollowed() throws Exception {
        assertThat(upload()).isZero();
        String output = follow("revoking-access");
        assertThat(output).contains("no image is pinned\n");
        assertThat(upload()).isNotZero();
    }

    @Test
    @Order(7)
    void cleaningUp_isFollowed() throws Exception {
        follow("cleaning-up");
        assertThat(work.resolve("s/cloister/local")).doesNotExist();
    }

    /** Puts a file into the shared bucket as the third party; the exit status. */
    private static int upload() throws Exception {
        return run("upload", """
                eval "$(cloister local env --as third-party)"
                read -r HOST_ACCOUNT UPLOAD_PATH HOST_KEY <from-host.txt
                echo data >upload.txt
                aws s3 cp upload.txt "$UPLOAD_PATH/upload.txt" --acl bucket-owner-full-control --sse aws:kms \\
                    --sse-kms-key-id "$HOST_KEY"
                """);
    }

    /** Types in what a guide says; what came of it, on both streams. */
    private static String follow(String guide) throws Exception {
        assumeTrue(GUIDES.indexOf(guide) == followed, "an earlier guide could not be followed");
        int status = run(guide, Guide.read(guide).localScript());
        String output = Files.readString(work.resolve(guide + ".log"));
        assertThat(status).as(lastLines(output)).isZero();
        followed++;
        return output;
    }

    /** Runs a script as a reader who has nothing but the programs and an empty home; its exit status. */
    private static int run(String name, String script) throws Exception {
        Path file = Files.writeString(work.resolve(name + ".sh"), script);
        // Into a file, since what goes on in the background would hold a pipe open.
        ProcessBuilder reader = new ProcessBuilder("bash", file.toString())
                .directory(work.resolve("reader").toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(work.resolve(name + ".log").toFile());
        Map<String, String> environment = reader.environment();
        environment.keySet().removeIf(variable -> variable.startsWith("AWS_") || variable.startsWith("CLOISTER"));
        environment.put("PATH", work.resolve("bin") + ":" + environment.get("PATH"));
        environment.put("HOME", Files.createDirectories(work.resolve("home")).toString());
        environment.put("XDG_STATE_HOME", work.resolve("s").toString());
        environment.put(
                "XDG_RUNTIME_DIR", Files.createDirectories(work.resolve("r")).toString());
        Process process = reader.start();
        if (!process.waitFor(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
            throw new AssertionError(
                    name + " did not end: " + lastLines(Files.readString(work.resolve(name + ".log"))));
        }
        return process.exitValue();
    }

    private static String lastLines(String output) {
        List<String> lines = output.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size())) + "\n";
    }

    /** A file that the reader has made. */
    private static String file(String name) throws IOException {
        return Files.readString(work.resolve("reader").resolve(name));
    }
}
