package dev.cloister.enclave.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.enclave.posix.Errno;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.sync.FileKind;
import dev.cloister.protocol.sync.Sync;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply.LinkTarget;
import dev.cloister.protocol.sync.SyncRequest.Close;
import dev.cloister.protocol.sync.SyncRequest.MakeDirectory;
import dev.cloister.protocol.sync.SyncRequest.MakeSymbolicLink;
import dev.cloister.protocol.sync.SyncRequest.Open;
import dev.cloister.protocol.sync.SyncRequest.Read;
import dev.cloister.protocol.sync.SyncRequest.ReadLink;
import dev.cloister.protocol.sync.SyncRequest.RemoveFile;
import dev.cloister.protocol.sync.SyncRequest.Write;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The service as the process that it is. */
@Timeout(60)
class FileServiceMainTest {
    private static final int TERMINATED = 128 + 15;

    @TempDir
    private Path base;

    private List<String> java(Object... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                FileServiceMain.class.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return command;
    }

    private Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(base.resolve("output").toFile())
                .start();
    }

    private Address.Unix address() {
        return new Address.Unix(base.resolve("socket"));
    }

    private SyncClient connect(Process process) throws Exception {
        while (true) {
            try {
                Channel channel = Channels.connect(address(), Duration.ofSeconds(5));
                return SyncClient.greeted(channel);
            } catch (IOException notYet) {
                assertThat(process.isAlive())
                        .as(() -> "the service has ended: " + read(base.resolve("output")))
                        .isTrue();
                Thread.sleep(20);
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void service_greetsServesAndEndsOnSigterm() throws Exception {
        Path root = Files.createDirectory(base.resolve("root"));
        Process process = start(java(root, address()));
        try (SyncClient client = connect(process)) {
            assertThat(client.get("from_server.txt")).isEqualTo("cloister enclave: file service is running\n");
            client.ask(new MakeDirectory(SyncPath.of("d"), 0777));
            assertThat(client.attributes("d").permissions()).isEqualTo(0777);
        } finally {
            process.destroy();
        }
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(TERMINATED);
        assertThat(address().path()).doesNotExist();
        assertThat(base.resolve("output")).isEmptyFile();
    }

    @Test
    void greeting_isNotWrittenOverAFileOfThatName() throws Exception {
        Path root = Files.createDirectory(base.resolve("root"));
        Files.writeString(root.resolve("from_server.txt"), "mine");
        Process process = start(java(root, address()));
        try (SyncClient client = connect(process)) {
            assertThat(client.get("from_server.txt")).isEqualTo("mine");
        } finally {
            process.destroy();
        }
    }

    @Test
    void missingRoot_isOneLineAndStatusOne() throws Exception {
        Process process = start(java(base.resolve("missing"), address()));
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(read(base.resolve("output")))
                .isEqualTo("cloister: error: file service: no such file or directory\n");
    }

    @Test
    void wrongArguments_areOneLineAndStatusOne() throws Exception {
        Process process = start(java("one"));
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(read(base.resolve("output"))).hasLineCount(1).contains("usage");
        process = start(java(base, "nowhere:1"));
        assertThat(process.waitFor()).isEqualTo(1);
        assertThat(read(base.resolve("output"))).hasLineCount(1).contains("nowhere:1");
    }

    /** As it runs in the enclave; root is told apart from others by its capabilities alone. */
    @Test
    void withoutTheRight_isRefusedAsByTheKernel() throws Exception {
        Path root = Files.createDirectory(base.resolve("root"));
        List<String> command = java(root, address());
        if (FileOperationsTest.isPrivileged()) {
            command.addAll(0, List.of("setpriv", "--bounding-set=-all", "--inh-caps=-all", "--"));
        }
        Process process = start(command);
        try (SyncClient client = connect(process)) {
            client.put("a", "hello");
            assertThat(client.attributes(SyncClient.permissions("a", 0)).permissions())
                    .isZero();
            assertThat(client.errno(new Open(SyncPath.of("a"), SyncClient.READ, 0)))
                    .isEqualTo(Errno.EACCES);
            assertThat(client.attributes(SyncClient.permissions("a", 0600)).permissions())
                    .isEqualTo(0600);
            assertThat(client.get("a")).isEqualTo("hello");
            client.ask(new MakeDirectory(SyncPath.of("d"), 0500));
            assertThat(client.errno(new MakeDirectory(SyncPath.of("d/e"), 0700)))
                    .isEqualTo(Errno.EACCES);
            assertThat(client.errno(SyncClient.owner("a", 1234, -1))).isEqualTo(Errno.EPERM);
            client.done(new MakeSymbolicLink(SyncPath.of("link"), "a"));
            assertThat(client.attributes("link").kind()).isEqualTo(FileKind.SYMBOLIC_LINK);
            assertThat(client.ask(new ReadLink(SyncPath.of("link")))).isEqualTo(new LinkTarget("a"));
        } finally {
            process.destroy();
        }
    }

    /** On a tmpfs of its own, which ends with the process. */
    @Test
    void fullMemory_isToldAndLeavesEarlierDataIntact() throws Exception {
        Path root = Files.createDirectory(base.resolve("root"));
        List<String> command = new ArrayList<>(List.of("unshare", "--map-root-user", "--mount", "sh", "-c"));
        command.add("mount -t tmpfs -o size=4m tmpfs \"$0\" && exec \"$@\"");
        command.add(root.toString());
        command.addAll(java(root, address()));
        Process process = start(command);
        try (SyncClient client = connect(process)) {
            client.put("early", "data");
            long handle = client.open("big", SyncClient.CREATE);
            int errno = 0;
            long written = 0;
            while (errno == 0) {
                errno = client.errno(new Write(handle, written, ByteBuffer.allocate(Sync.MAX_DATA)));
                written += errno == 0 ? Sync.MAX_DATA : 0;
            }
            assertThat(errno).isEqualTo(Errno.ENOSPC);
            assertThat(written).isBetween(2L << 20, 4L << 20);
            assertThat(client.get("early")).isEqualTo("data");
            assertThat(client.errno(new MakeSymbolicLink(SyncPath.of("link"), "x")))
                    .isEqualTo(Errno.ENOSPC);
            assertThat(client.names("")).containsExactlyInAnyOrder("early", "big", "from_server.txt");
            client.done(new RemoveFile(SyncPath.of("big")));
            client.done(new Close(handle));
            client.put("late", "more");
            assertThat(client.get("late")).isEqualTo("more");
        } finally {
            process.destroy();
        }
    }

    /** Many clients that each hold as much as they may: the process stays within its bounds. */
    @Test
    void manyGreedyClients_keepTheServiceWithinItsMemory() throws Exception {
        Path root = Files.createDirectory(base.resolve("root"));
        List<String> command = java(root, address());
        command.add(1, "-XX:MaxDirectMemorySize=192m");
        Process process = start(command);
        List<SyncClient> greedy = new ArrayList<>();
        try (SyncClient client = connect(process)) {
            for (int i = 0; i < 30; i++) {
                greedy.add(connect(process));
                long handle = greedy.getLast().open("big", SyncClient.CREATE);
                greedy.getLast().done(new Write(handle, 0, ByteBuffer.allocate(Sync.MAX_DATA)));
                for (int j = 0; j < 20; j++) {
                    greedy.getLast().connection().send(j, new Read(handle, 0, Sync.MAX_DATA));
                }
            }
            client.put("a", "hello");
            assertThat(client.get("a")).isEqualTo("hello");
            assertThat(residentBytes(process)).isLessThan(256L << 20);
        } finally {
            greedy.forEach(SyncClient::close);
            process.destroy();
        }
        assertThat(base.resolve("output")).isEmptyFile();
    }

    private static long residentBytes(Process process) throws IOException {
        for (String line :
                Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"), StandardCharsets.US_ASCII)) {
            if (line.startsWith("VmHWM:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
            }
        }
        throw new IOException("no VmHWM");
    }
}
