package dev.cloister.enclave.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.SyncPath;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.SyncReply.Data;
import dev.cloister.protocol.sync.SyncReply.Opened;
import dev.cloister.protocol.sync.SyncRequest;
import dev.cloister.protocol.sync.SyncRequest.Close;
import dev.cloister.protocol.sync.SyncRequest.GetAttributes;
import dev.cloister.protocol.sync.SyncRequest.MakeDirectory;
import dev.cloister.protocol.sync.SyncRequest.Open;
import dev.cloister.protocol.sync.SyncRequest.Read;
import dev.cloister.protocol.sync.SyncRequest.RemoveFile;
import dev.cloister.protocol.sync.SyncRequest.Rename;
import dev.cloister.protocol.sync.SyncRequest.Write;
import dev.cloister.protocol.sync.Timestamp;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Someone inside swaps what a name stands for, between an honest file and a real link to the outside. */
@Timeout(60)
class ResolutionRaceTest {
    private static final int ROUNDS = 4000;

    @TempDir
    private Path base;

    /** Swaps {@code name} as fast as it goes, by renaming over it or, as directories need, by taking turns. */
    private static Thread swap(Path name, Path honest, Path link, AtomicBoolean stop) {
        Path parked = name.resolveSibling("parked-" + name.getFileName());
        return Thread.ofPlatform().start(() -> {
            try {
                while (!stop.get()) {
                    Files.move(link, name, StandardCopyOption.ATOMIC_MOVE);
                    Files.move(name, parked, StandardCopyOption.ATOMIC_MOVE);
                    Files.move(honest, name, StandardCopyOption.ATOMIC_MOVE);
                    Files.move(name, honest, StandardCopyOption.ATOMIC_MOVE);
                    Files.move(parked, link, StandardCopyOption.ATOMIC_MOVE);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void directorySwappedForALink_neverLeadsOutside() throws Exception {
        try (ServedFolder served = new ServedFolder(base);
                SyncClient client = served.client()) {
            Path honest = Files.createDirectory(served.root().resolve("honest"));
            Files.writeString(honest.resolve("secret"), "harmless");
            Path link = Files.createSymbolicLink(served.root().resolve("link"), served.outside());
            attack(served, client, served.root().resolve("d"), honest, link, "d/secret");
        }
    }

    @Test
    void fileSwappedForALink_neverLeadsOutside() throws Exception {
        try (ServedFolder served = new ServedFolder(base);
                SyncClient client = served.client()) {
            Path honest = Files.writeString(served.root().resolve("honest"), "harmless");
            Path link = Files.createSymbolicLink(
                    served.root().resolve("link"), served.outside().resolve("secret"));
            attack(served, client, served.root().resolve("f"), honest, link, "f");
        }
    }

    private static void attack(ServedFolder served, SyncClient client, Path name, Path honest, Path link, String target)
            throws Exception {
        Path secret = served.outside().resolve("secret");
        Map<String, Object> before = Files.readAttributes(secret, "unix:mode,uid,nlink,size,lastModifiedTime,ino");
        long secretInode = (long) Files.getAttribute(secret, "unix:ino");
        AtomicBoolean stop = new AtomicBoolean();
        Thread swapper = swap(name, honest, link, stop);
        int opened = 0;
        try {
            for (int i = 0; i < ROUNDS; i++) {
                opened += readAndWrite(client, target) ? 1 : 0;
                for (SyncRequest request : requests(target, i)) {
                    if (client.ask(request) instanceof SyncReply.Attributes(FileAttributes attributes)) {
                        assertThat(attributes.inode()).isNotEqualTo(secretInode);
                    }
                }
            }
        } finally {
            stop.set(true);
            swapper.join();
        }
        assertThat(opened).as("times the honest file was met").isPositive();
        assertThat(secret).hasContent(ServedFolder.SECRET);
        assertThat(Files.readAttributes(secret, "unix:mode,uid,nlink,size,lastModifiedTime,ino"))
                .isEqualTo(before);
        assertThat(served.outside()).isDirectoryNotContaining(path -> !path.endsWith("secret"));
    }

    private static boolean readAndWrite(SyncClient client, String target) throws IOException {
        if (!(client.ask(new Open(SyncPath.of(target), SyncClient.READ_WRITE, 0)) instanceof Opened opened)) {
            return false;
        }
        Data data = (Data) client.ask(new Read(opened.handle(), 0, 100));
        assertThat(StandardCharsets.UTF_8.decode(data.content()).toString()).isNotEqualTo(ServedFolder.SECRET);
        client.done(new Write(opened.handle(), 0, SyncClient.bytes("harmless")));
        client.done(new Close(opened.handle()));
        return true;
    }

    private static SyncRequest[] requests(String target, int round) throws IOException {
        return new SyncRequest[] {
            new GetAttributes(SyncPath.of(target)),
            SyncClient.permissions(target, round % 2 == 0 ? 0600 : 0),
            SyncClient.permissions(target, 0600),
            SyncClient.modified(target, new Timestamp(round, 0)),
            SyncClient.owner(target, -1, -1),
            SyncClient.size(target, 8),
            new MakeDirectory(SyncPath.of(target + "/made"), 0755),
            new Rename(SyncPath.of(target + "-missing"), SyncPath.of("x"), true),
            new RemoveFile(SyncPath.of(target + "-missing"))
        };
    }
}
