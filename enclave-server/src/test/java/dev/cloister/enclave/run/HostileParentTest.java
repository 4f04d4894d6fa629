package dev.cloister.enclave.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.run.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a parent instance that wants the application's code may try. The package here prints whatever it is told to
 * read, so it is as helpful to the attacker as an application can be by accident.
 */
final class HostileParentTest {
    private static final String SECRET = "SECRET-OF-THE-THIRD-PARTY";

    private Enclave enclave;

    @BeforeEach
    void start() throws IOException {
        enclave = Enclave.start();
        enclave.folder("dataset");
        enclave.folder("output");
        enclave.addPackage(
                "app.cloister",
                Map.of(
                        "main.py",
                        """
                import sys
                # %s
                for path in sys.argv[1:]:
                    try:
                        print(open(path, errors="replace").read())
                    except OSError as e:
                        print("error", e.errno)
                """.formatted(SECRET),
                        "lib/secret.py",
                        "# " + SECRET,
                        "link.py",
                        "-> lib/secret.py"));
    }

    @AfterEach
    void stop() throws IOException {
        if (enclave != null) {
            enclave.assertNothingLeft();
            enclave.close();
        }
    }

    private void assertBadRequest(String packageName, String entrypoint, String... arguments) throws IOException {
        RunClient.Result result = RunClient.run(enclave.address(), packageName, entrypoint, List.of(arguments));
        assertThat(result.refusal()).isEqualTo(Refusal.BAD_REQUEST);
        assertThat(result.stdout() + result.stderr() + result.message()).doesNotContain(SECRET);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/synced/evil.py",
                "/proc/self/cwd/main.py",
                "/app/main.py",
                "../main.py",
                "lib/../../evil.py",
                "lib/./secret.py",
                "lib//secret.py",
                "./main.py",
                "main.py/",
                ".",
                "..",
                "",
                "-c",
                "-m",
                "-cimport os",
                "-",
                "--version",
                "main.py\n",
                "main.py\u0000"
            })
    void entrypointThatIsNoPlainPathInThePackage_isRefused(String entrypoint) throws IOException {
        enclave.file("evil.py", "print(open('/app/main.py').read())");
        assertBadRequest("app.cloister", entrypoint);
    }

    @Test
    void entrypointThatIsASymbolicLink_isRefused() throws IOException {
        RunClient.Result result = enclave.runEntrypoint("app.cloister", "link.py");
        assertThat(result.refusal()).isEqualTo(Refusal.ENTRYPOINT_NOT_FOUND);
    }

    @Test
    void entrypointThatIsAFolder_isRefused() throws IOException {
        assertThat(enclave.runEntrypoint("app.cloister", "lib").refusal()).isEqualTo(Refusal.ENTRYPOINT_NOT_FOUND);
    }

    @Test
    void undeclaredFileOfAPackageWithEntrypoints_isRefused() throws IOException {
        enclave.addPackage(
                "strict.cloister",
                Map.of(
                        "main.py", "print(1)",
                        "debug.py", "print(open('main.py').read())",
                        "cloister.yaml", "entrypoints: {main: [python3, main.py]}"));
        assertThat(enclave.runEntrypoint("strict.cloister", "debug.py").refusal())
                .isEqualTo(Refusal.ENTRYPOINT_NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../dataset/x", "/etc/passwd", "..", ".", "", "sub/app.cloister", "a\u0000b"})
    void packageOutsideItsFolder_isRefused(String name) throws IOException {
        assertBadRequest(name, "main.py");
    }

    @Test
    void packageThatIsASymbolicLink_isRefused() throws IOException {
        Files.createSymbolicLink(enclave.synced("encrypted/link.cloister"), Path.of("app.cloister"));
        assertBadRequest("link.cloister", "main.py");
    }

    @Test
    void packageThatIsAPipe_isRefusedAtOnce() throws Exception {
        Process mkfifo = new ProcessBuilder(
                        "mkfifo", enclave.synced("encrypted/pipe.cloister").toString())
                .start();
        assertThat(mkfifo.waitFor()).isZero();
        assertBadRequest("pipe.cloister", "main.py");
    }

    @Test
    void packageFolderThatIsASymbolicLink_isRefused() throws IOException {
        Files.move(enclave.synced("encrypted"), enclave.synced("elsewhere"));
        Files.createSymbolicLink(enclave.synced("encrypted"), Path.of("elsewhere"));
        assertThat(enclave.run("app.cloister").refusal()).isEqualTo(Refusal.PACKAGE_NOT_FOUND);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "//",
                "//dataset",
                "/dataset//x",
                "/dataset/../encrypted",
                "/..",
                "/.",
                "/dataset/.",
                "/app",
                "/app/main.py",
                "/proc/self/cwd/main.py",
                "/etc/passwd",
                "/run/cloister",
                "/usr",
                "/tmp/x",
                "/dev/mem",
                "/opt/cloister",
                "/sys",
                "/root",
                "/var/x",
                "--out=/app/main.py",
                "--out=/../x"
            })
    void argumentThatIsNoPathOfTheSyncedFolder_isRefused(String argument) throws IOException {
        assertBadRequest("app.cloister", "main.py", argument);
    }

    /** The three spellings of one attack: a data file that is a link to the code the application has before it. */
    @ParameterizedTest
    @ValueSource(strings = {"/app/main.py", "/proc/self/cwd/main.py", "../app/main.py"})
    void datasetFileThatIsALinkToTheCode_isNotFollowed(String target) throws IOException {
        Files.createSymbolicLink(enclave.synced("dataset/data.csv"), Path.of(target));
        assertBadRequest("app.cloister", "main.py", "/dataset/data.csv");

        // Given the folder, the application meets the link itself; the mount follows none.
        RunClient.Result result = RunClient.run(
                enclave.address(), "app.cloister", "main.py", List.of("/dataset/", "x=1", "/dataset/data.csv"));
        assertThat(result.stdout() + result.stderr() + result.message()).doesNotContain(SECRET);
    }

    @Test
    void datasetFileThatIsALinkToTheCode_isNotFollowedInsideAGivenFolder() throws IOException {
        Files.createSymbolicLink(enclave.synced("dataset/data.csv"), Path.of("/app/main.py"));
        enclave.addScript("reader.cloister", """
                # %s
                import os, sys
                folder = sys.argv[1]
                for name in os.listdir(folder):
                    try:
                        print(open(os.path.join(folder, name)).read())
                    except OSError as e:
                        print("error", e.errno)
                """.formatted(SECRET));
        assertThat(enclave.run("reader.cloister", "/dataset/").stdout()).isEqualTo("error 40\n");
    }

    @Test
    void folderOfTheDatasetThatIsALink_isRefused() throws IOException {
        Files.createSymbolicLink(enclave.synced("link"), Path.of("/app"));
        assertBadRequest("app.cloister", "main.py", "/link/main.py");
    }

    @Test
    void traceback_staysInside() throws IOException {
        enclave.addScript("crash.cloister", "def f(): raise ValueError('" + SECRET + "')  # " + SECRET + "\nf()");
        RunClient.Result result = enclave.run("crash.cloister");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.stdout() + result.stderr()).isEmpty();
    }

    @Test
    void packageOfACrashedRefusedOrEndedRun_isGoneAndInvisibleToTheNext() throws IOException {
        enclave.addScript("crash.cloister", "import os; os.abort()  # " + SECRET);
        enclave.addPackage("refused.cloister", Map.of("main.py", "# " + SECRET, "cloister.yaml", "unknown: 1"));
        assertThat(enclave.run("crash.cloister").status()).isEqualTo(134);
        enclave.assertNothingLeft();
        assertThat(enclave.run("refused.cloister").refusal()).isEqualTo(Refusal.PACKAGE_MALFORMED);
        enclave.assertNothingLeft();
        enclave.run("app.cloister");
        enclave.assertNothingLeft();

        enclave.addScript("next.cloister", """
                import os
                found = []
                for top, folders, files in os.walk("/"):
                    folders[:] = [f for f in folders if top != "/" or f not in ("proc", "usr", "etc", "dev", "app")]
                    found += [os.path.join(top, f) for f in files]
                print(found)
                """);
        assertThat(enclave.run("next.cloister").stdout()).isEqualTo("[]\n");
    }

    @Test
    void refusalsAndConsole_tellNothingOfThePackage() throws IOException {
        String name = "secret-name-of-a-model";
        enclave.addPackage("a.cloister", Map.of("main.py", "", name, SECRET, "cloister.yaml", name + ": " + SECRET));
        RunClient.Result result = enclave.run("a.cloister");
        assertThat(result.message() + enclave.console()).doesNotContain(SECRET).doesNotContain(name);
    }
}
