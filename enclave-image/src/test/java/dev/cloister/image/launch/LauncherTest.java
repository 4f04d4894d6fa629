package dev.cloister.image.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.image.eif.Architecture;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the launcher on this machine; one for another processor in an emulator of it. */
class LauncherTest {
    private static final String SHOW =
            "echo $(id -u):$(id -g) $(id -G); pwd; echo \"$0|$1|$2\"; echo $A; echo $#; grep ^Cap[EP] /proc/self/status";

    @TempDir
    Path folder;

    private String output = "";

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void program_runsAsTheAccountInTheDirectory(Architecture architecture) throws Exception {
        assumeTrue(isRoot(), "needs root, since only root becomes another user");
        Launcher launcher =
                new Launcher("/bin/sh", "/usr/share", new Account(65534, 70000, List.of(7, 70000, 123456), "/"));
        assertThat(run(architecture, launcher, "sh", "-c", SHOW, "zero", "one two", ""))
                .isZero();
        assertThat(output.lines().toList())
                .containsExactly(
                        "65534:70000 70000 7 123456",
                        "/usr/share",
                        "zero|one two|",
                        "kept",
                        "2",
                        "CapPrm:\t0000000000000000",
                        "CapEff:\t0000000000000000");
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void missingDirectory_isNamedAndNothingRuns(Architecture architecture) throws Exception {
        Launcher launcher = new Launcher("/bin/echo", folder + "/absent", Account.ROOT);
        assertThat(run(architecture, launcher, "echo", "ran")).isEqualTo(126);
        assertThat(output).isEqualTo("cloister: error: cannot change to the working directory\n");
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void missingProgram_isNamed(Architecture architecture) throws Exception {
        assumeTrue(isRoot(), "needs root, since only root becomes another user");
        Launcher launcher = new Launcher("/absent", "/", new Account(1, 1, List.of(1), "/"));
        assertThat(run(architecture, launcher, "x")).isEqualTo(126);
        assertThat(output).isEqualTo("cloister: error: cannot start the program\n");
    }

    /** Without the right to become another user, nothing runs as the one it is. */
    @Test
    void userThatCannotBeTaken_isNamedAndNothingRuns() throws Exception {
        assumeTrue(isRoot(), "needs root, to take its rights away");
        Path setpriv = Path.of("/usr/bin/setpriv");
        assumeTrue(Files.isExecutable(setpriv), "setpriv (util-linux) is missing");
        Path program = write(Architecture.X86_64, new Launcher("/bin/echo", "/", new Account(5, 5, List.of(5), "/")));
        assumeTrue(isHere(Architecture.X86_64), "this machine is no x86_64");
        int status = start(List.of(
                setpriv.toString(), "--reuid=1", "--regid=1", "--clear-groups", program.toString(), "echo", "ran"));
        assertThat(status).isEqualTo(126);
        assertThat(output).isEqualTo("cloister: error: cannot set the groups\n");
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void size_isAFewHundredBytesAndAlwaysTheSame(Architecture architecture) {
        Launcher launcher = new Launcher("/usr/bin/python3", "/app", new Account(1, 1, List.of(1), "/"));
        assertThat(launcher.encode(architecture)).hasSizeLessThan(800).isEqualTo(launcher.encode(architecture));
    }

    private int run(Architecture architecture, Launcher launcher, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        if (!isHere(architecture)) {
            String emulator = "/usr/bin/qemu-" + architecture.label() + "-static";
            assumeTrue(Files.isExecutable(Path.of(emulator)), emulator + " (qemu-user-static) is missing");
            command.add(emulator);
        }
        command.add(write(architecture, launcher).toString());
        command.addAll(List.of(arguments));
        return start(command);
    }

    private Path write(Architecture architecture, Launcher launcher) throws Exception {
        Path program = Files.write(folder.resolve("launch"), launcher.encode(architecture));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        return program;
    }

    private int start(List<String> command) throws Exception {
        ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true);
        process.environment().putAll(Map.of("A", "kept", "PATH", "/usr/bin:/bin"));
        Process running = process.start();
        running.getOutputStream().close();
        output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return running.waitFor();
    }

    private static boolean isHere(Architecture architecture) {
        String here = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
        return here.equals(architecture.label());
    }

    private static boolean isRoot() throws Exception {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }
}
