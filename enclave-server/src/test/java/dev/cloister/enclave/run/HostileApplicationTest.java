package dev.cloister.enclave.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What an application may try: to carry the host's data away, to reach others, to help the parent get at code. */
final class HostileApplicationTest {
    private Enclave enclave;

    @BeforeEach
    void start() throws IOException {
        enclave = Enclave.start();
        enclave.folder("dataset");
        enclave.folder("private");
        enclave.file("private/other.txt", "not given");
    }

    @AfterEach
    void stop() throws IOException {
        if (enclave != null) {
            enclave.assertNothingLeft();
            enclave.close();
        }
    }

    /** Runs a script whose function {@code attempt(what, function)} prints what came of each attempt. */
    private String attempts(String python) throws IOException {
        enclave.addScript("evil.cloister", """
                import ctypes, errno, os, socket, sys
                libc = ctypes.CDLL(None, use_errno=True)
                def attempt(what, function):
                    try:
                        print(what, "done", function())
                    except OSError as e:
                        print(what, errno.errorcode.get(e.errno, e.errno))
                def call(name, *arguments):
                    if getattr(libc, name)(*arguments) < 0:
                        raise OSError(ctypes.get_errno(), name)
                def syscall(*arguments):
                    if libc.syscall(*[ctypes.c_long(a) for a in arguments]) < 0:
                        raise OSError(ctypes.get_errno(), "syscall")
                """ + python);
        RunClient.Result result = enclave.run("evil.cloister", "/dataset/");
        assertThat(result.status()).isZero();
        return result.stdout();
    }

    @Test
    void vsockAndOtherSocketFamilies_areRefused() throws IOException {
        assertThat(attempts("""
                for family in (40, 16, 17, 38, 31):
                    attempt(family, lambda: socket.socket(family, socket.SOCK_STREAM))
                attempt("pair", lambda: socket.socketpair(40, socket.SOCK_STREAM))
                """)).isEqualTo("""
                40 EAFNOSUPPORT
                16 EAFNOSUPPORT
                17 EAFNOSUPPORT
                38 EAFNOSUPPORT
                31 EAFNOSUPPORT
                pair EAFNOSUPPORT
                """);
    }

    @Test
    void network_isNotThere() throws IOException {
        assertThat(attempts("""
                print(sorted(os.listdir("/proc/sys/net/ipv4/conf")))
                attempt("connect", lambda: socket.create_connection(("192.0.2.1", 443), 2))
                """)).isEqualTo("['all', 'default', 'lo']\nconnect ENETUNREACH\n");
    }

    @Test
    void symbolicLinks_cannotBeMadeAnywhere() throws IOException {
        assertThat(attempts("""
                for at in ("/dataset/link", "/tmp/link"):
                    attempt(at, lambda: os.symlink("/app/main.py", at))
                    attempt(at, lambda: os.symlink("/app/main.py", at, dir_fd=os.open("/tmp", os.O_RDONLY)))
                """)).isEqualTo("""
                /dataset/link EPERM
                /dataset/link EPERM
                /tmp/link EPERM
                /tmp/link EPERM
                """);
        assertThat(enclave.synced("dataset/link")).doesNotExist();
    }

    @Test
    void ioUring_isRefused() throws IOException {
        assertThat(attempts("attempt('uring', lambda: syscall(425, 8, 0))")).isEqualTo("uring EPERM\n");
    }

    @Test
    void hardLinkOfTheCodeIntoTheSyncedFolder_isRefused() throws IOException {
        assertThat(attempts("attempt('link', lambda: os.link('/app/main.py', '/dataset/code'))"))
                .isEqualTo("link EXDEV\n");
    }

    @Test
    void package_isReadOnly() throws IOException {
        assertThat(attempts("""
                attempt("write", lambda: open("/app/main.py", "a"))
                attempt("create", lambda: open("/app/new", "w"))
                attempt("remove", lambda: os.remove("/app/main.py"))
                attempt("chmod", lambda: os.chmod("/app/main.py", 0o777))
                attempt("root", lambda: open("/new", "w"))
                attempt("usr", lambda: open("/usr/new", "w"))
                attempt("dev", lambda: open("/dev/new", "w"))
                """)).isEqualTo("""
                write EACCES
                create EROFS
                remove EROFS
                chmod EROFS
                root EROFS
                usr EROFS
                dev EROFS
                """);
    }

    @Test
    void foldersThatWereNotGiven_areNotThere() throws IOException {
        String seen = attempts("""
                print(sorted(os.listdir("/")))
                attempt("private", lambda: os.listdir("/private"))
                attempt("parent", lambda: os.listdir("/dataset/../private"))
                attempt("runs", lambda: os.listdir("/run"))
                attempt("mounts", lambda: "encrypted" in open("/proc/self/mountinfo").read())
                """);
        assertThat(seen)
                .doesNotContain("private'")
                .contains("private ENOENT", "parent ENOENT", "runs done []", "mounts done False");
    }

    @Test
    void kernelSettings_areOutOfReach() throws IOException {
        assertThat(attempts("""
                attempt("core_pattern", lambda: open("/proc/sys/kernel/core_pattern", "w"))
                attempt("hostname", lambda: open("/proc/sys/kernel/hostname", "w"))
                """)).isEqualTo("core_pattern EACCES\nhostname EACCES\n");
    }

    @Test
    void processesInSight_areItsOwn() throws IOException {
        assertThat(attempts("""
                print(sorted(p for p in os.listdir("/proc") if p.isdigit()))
                keys = ("NoNewPrivs", "Seccomp", "Seccomp_filters", "CapEff", "CapBnd")
                status = dict(l.split(":", 1) for l in open("/proc/self/status"))
                print([status[k].strip() for k in keys])
                """)).isEqualTo("""
                ['1', '2']
                ['1', '2', '1', '0000000000000000', '0000000000000000']
                """);
    }

    /** Process 1 is the sandbox's own, of the same user: who writes to its memory can outlive the run. */
    @Test
    void processOne_isOutOfReach() throws IOException {
        assertThat(attempts("""
                attempt("list", lambda: os.listdir("/proc/1"))
                attempt("memory", lambda: open("/proc/1/mem", "r+b"))
                attempt("task", lambda: open("/proc/1/task/1/mem", "r+b"))
                attempt("open up", lambda: os.chmod("/proc/1", 0o700))
                attempt("from self", lambda: open("/proc/self/../1/mem", "r+b"))
                attempt("umount", lambda: call("umount2", b"/proc/1", 2))
                """)).isEqualTo("""
                list EACCES
                memory EACCES
                task EACCES
                open up EROFS
                from self EACCES
                umount EPERM
                """);
    }

    @Test
    void namespacesMountsAndTracing_areRefused() throws IOException {
        assertThat(attempts("""
                attempt("unshare", lambda: call("unshare", 0x10000000))
                attempt("mount", lambda: call("mount", b"none", b"/tmp", b"tmpfs", 0, None))
                attempt("umount", lambda: call("umount2", b"/dataset", 2))
                attempt("chroot", lambda: call("chroot", b"/tmp"))
                attempt("setns", lambda: call("setns", os.open("/proc/self/ns/mnt", os.O_RDONLY), 0))
                attempt("clone", lambda: syscall({"x86_64": 56, "aarch64": 220}[os.uname().machine], 0x10000011, 0))
                attempt("ptrace", lambda: call("ptrace", 16, 1, None, None))
                attempt("bpf", lambda: syscall({"x86_64": 321, "aarch64": 280}[os.uname().machine], 0, 0, 0))
                attempt("keyctl", lambda: syscall({"x86_64": 250, "aarch64": 219}[os.uname().machine], 0, 0, 0))
                attempt("clone3", lambda: syscall(435, 0, 0))
                """)).isEqualTo("""
                unshare EPERM
                mount EPERM
                umount EPERM
                chroot EPERM
                setns EPERM
                clone EPERM
                ptrace EPERM
                bpf EPERM
                keyctl EPERM
                clone3 ENOSYS
                """);
    }

    @Test
    void privileges_cannotBeGained() throws IOException {
        assertThat(attempts("""
                status = dict(l.split(":", 1) for l in open("/proc/self/status"))
                print([status[k].strip() for k in ("NoNewPrivs", "Seccomp", "CapEff", "CapPrm", "CapBnd", "CapAmb")])
                attempt("setuid", lambda: os.setuid(0))
                attempt("device", lambda: os.mknod("/tmp/mem", 0o020666, os.makedev(1, 1)))
                """)).isEqualTo("""
                ['1', '2', '0000000000000000', '0000000000000000', '0000000000000000', '0000000000000000']
                setuid EINVAL
                device EPERM
                """);
    }

    @Test
    void environmentAndDescriptors_areBare() throws IOException {
        assertThat(attempts("""
                print(sorted(os.environ))
                print(sorted(os.listdir("/proc/self/fd"), key=int)[:-1])
                print(os.readlink("/proc/self/fd/0"), os.getcwd(), os.uname().nodename)
                """)).isEqualTo("""
                ['HOME', 'LANG', 'PATH', 'PWD', 'PYTHONDONTWRITEBYTECODE', 'PYTHONNOUSERSITE']
                ['0', '1', '2']
                /dev/null /app cloister
                """);
    }

    @Test
    void foreignSystemCallNumbers_killTheCaller() throws IOException {
        org.junit.jupiter.api.Assumptions.assumeTrue(
                System.getProperty("os.arch").equals("amd64"), "only x86_64 has a second set of numbers");
        // getpid by its number of x32.
        enclave.addScript("a.cloister", "import ctypes; ctypes.CDLL(None).syscall(0x40000027); print('alive')");
        RunClient.Result result = enclave.run("a.cloister");
        assertThat(result.status()).isEqualTo(128 + 31);
        assertThat(result.stdout()).isEmpty();
    }

    @Test
    void scratchFolders_areBounded() throws IOException {
        assertThat(attempts("""
                def fill(path):
                    with open(path, "wb") as f:
                        for i in range(300): f.write(bytes(1 << 20))
                for folder in ("/tmp/x", "/run/x", "/dev/shm/x"):
                    attempt(folder, lambda: fill(folder))
                """)).isEqualTo("/tmp/x ENOSPC\n/run/x ENOSPC\n/dev/shm/x ENOSPC\n");
    }

    @Test
    void programsAmongTheHostsData_cannotBeExecuted() throws IOException {
        Files.copy(java.nio.file.Path.of("/bin/true"), enclave.synced("dataset/program"));
        assertThat(attempts("""
                import subprocess
                attempt("host's program", lambda: subprocess.run(["/dataset/program"]))
                """)).isEqualTo("host's program EACCES\n");
    }

    @Test
    void settingsOfTheServer_areHidden() throws IOException {
        enclave.close();
        java.nio.file.Path system = SystemRoot.withServerSettings();
        try {
            enclave = Enclave.start(new Enclave.Options(
                    1,
                    64 << 20,
                    Enclave.Options.DEFAULT.timeouts(),
                    TestPackages.keys(),
                    Enclave.Options.DEFAULT.groups(),
                    system,
                    Enclave.Options.DEFAULT.logs()));
            enclave.addPackage("a.cloister", Map.of("main.py", """
                    import os
                    print(os.path.exists("/opt"), os.listdir("/etc"))
                    for attempt in (os.listdir, lambda folder: os.chmod(folder, 0o700)):
                        try:
                            attempt("/etc/cloister")
                            print("done")
                        except OSError as e:
                            print(e.strerror)
                    """));
            assertThat(enclave.run("a.cloister").stdout())
                    .isEqualTo("False ['cloister']\nPermission denied\nRead-only file system\n");
        } finally {
            SystemRoot.remove(system);
        }
    }
}
