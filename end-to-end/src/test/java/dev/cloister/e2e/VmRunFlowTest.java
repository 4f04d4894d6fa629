package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.enclave.Folders;
import dev.cloister.local.stage.Cleanup;
import dev.cloister.local.stage.Commands.Outcome;
import dev.cloister.local.stage.HostSide;
import dev.cloister.local.stage.Onboarding;
import dev.cloister.local.stage.ThirdParty;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * The main job over real AF_VSOCK: the image's own kernel and init boot in QEMU, and everything else is as on a parent
 * instance. One machine is booted for all tests, which run in order; the last one kills it.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class VmRunFlowTest {
    /** A call to a mount without a machine must not take longer. */
    private static final Duration AT_ONCE = Duration.ofSeconds(5);

    private static final Duration SOON = Duration.ofMinutes(1);

    private final Cleanup cleanup = new Cleanup(System.err);
    private final Path work;
    private final ThirdParty thirdParty;
    private final HostSide host;
    private final ProcessHandle launcher;
    private final Path image;

    VmRunFlowTest() throws Exception {
        for (String program : List.of("/usr/bin/qemu-system-x86_64", "/usr/bin/gcc")) {
            assumeTrue(Files.isExecutable(Path.of(program)), program + " is missing");
        }
        // Unix sockets lie below, and their paths must be short.
        work = Files.createTempDirectory("vm-");
        cleanup.add("remove " + work, () -> Folders.delete(work));
        Runtime.getRuntime().addShutdownHook(new Thread(cleanup::close));
        try {
            LocalCloud cloud = LocalCloud.start(work.resolve("cloud"), LocalCloudOptions.inRegion("eu-west-1"));
            cleanup.add("stop the local cloud", cloud::close);
            Onboarding.deploy(SharedStage.home(), cloud);
            thirdParty = new ThirdParty(SharedStage.home(), cloud);
            image = work.resolve("image.eif");
            thirdParty.buildImage(image, "synced_mib: 128, package_mib: 64");
            host = new HostSide(SharedStage.home(), Files.createDirectory(work.resolve("h")), cloud, cleanup);
            launcher = host.startMachine(image, work.resolve("cloud"));
            host.proxy();
            host.sync();
        } catch (Exception | Error e) {
            cleanup.close();
            throw e;
        }
    }

    @AfterAll
    void close() {
        cleanup.close();
        assertThat(cleanup.isComplete()).isTrue();
    }

    @Test
    @Order(1)
    void syncedFolder_holdsWhatIsWritten() throws Exception {
        assertThat(host.mount().resolve("from_server.txt")).isNotEmptyFile();
        byte[] bytes = new byte[3_000_001];
        new Random(7).nextBytes(bytes);
        Path file = Files.createDirectories(host.mount().resolve("data/deep")).resolve("random");
        Files.write(file, bytes);
        assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
    }

    @Test
    @Order(2)
    void imageThatIsNotPinned_isDeniedTheKey() throws Exception {
        install("hello", "examples/hello");
        Outcome outcome = host.run("hello.cloister", "hello.sh", "");
        Faults.assertNotRun(outcome, "key-access-denied", Faults.KEY_ACCESS_DENIED);
    }

    @Test
    @Order(3)
    void pinnedImage_runsTheApplication() throws Exception {
        thirdParty.pin(image, HostSide.PARENT.roleArn());
        Outcome outcome = host.run("hello.cloister", "hello.sh", "");
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).isNotEmpty();
    }

    @Test
    @Order(4)
    void digits_areClassifiedOnTheHostsData() throws Exception {
        install("digits", "examples/digits/application");
        Files.createDirectories(host.mount().resolve("dataset"));
        Files.createDirectories(host.mount().resolve("output"));
        Files.copy(
                SharedStage.home().resolve("examples/digits/dataset/digits.csv"),
                host.mount().resolve("dataset/digits.csv"));
        Outcome outcome = host.run("digits.cloister", "main.py", "-d /dataset/ -o /output/");
        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).startsWith("accuracy 0.977 on 600 digits");
        assertThat(host.mount().resolve("output/predictions.csv")).content().hasLineCount(601);
    }

    @Test
    @Order(5)
    void killedLauncher_leavesNoMachine_andEndsEveryCallAtOnce() throws Exception {
        Path files = work.resolve("cloud/enclaves/m");
        assertThat(isRunning(files)).isTrue();
        launcher.destroyForcibly();
        Faults.await("the machine has ended", SOON, () -> !isRunning(files) && !Files.exists(files));
        assertThat(Background.run(() -> Files.readAllBytes(host.mount().resolve("data/deep/random"))))
                .failsWithin(AT_ONCE)
                .withThrowableThat()
                .withMessageMatching("(?s).*(Input/output error|Transport endpoint is not connected).*");
        host.commands().program("fusermount", "-u", host.mount().toString());
        assertThat(host.mount()).isEmptyDirectory();
        Faults.await(
                "the sync process has ended",
                SOON,
                () -> !Faults.isRunning(host.mount().toString()));
    }

    /** Whether QEMU, its guard or the launcher still has the machine's folder on its command line. */
    private static boolean isRunning(Path files) {
        return Faults.isRunning(files.toString())
                || Faults.isRunning(files.resolve("kernel").toString());
    }

    @Test
    @Order(6)
    void programThatCannotStart_isToldWithTheConsolesEnd() throws Exception {
        Path bare = Files.createDirectory(work.resolve("bare"));
        Path program = Files.writeString(bare.resolve("program"), "#!/no/such/interpreter\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path broken = work.resolve("broken.eif");
        thirdParty.buildImage(broken, bare, "/program");
        Path state = work.resolve("cloud");
        Outcome outcome = host.commands()
                .tryCloister(
                        "local",
                        "start",
                        "--vm",
                        "--detach",
                        "--state",
                        state.toString(),
                        "--name",
                        "b",
                        broken.toString());
        assertThat(Faults.assertFailed(outcome, Faults.FAILED))
                .contains("the enclave did not start: ", "init: error: /program");
        assertThat(state.resolve("enclaves/b")).doesNotExist();
    }

    private void install(String name, String application) throws Exception {
        Path sealed = work.resolve(name + ".cloister");
        thirdParty.encrypt(SharedStage.home().resolve(application), sealed);
        Files.copy(sealed, host.packages().resolve(name + ".cloister"));
    }
}
