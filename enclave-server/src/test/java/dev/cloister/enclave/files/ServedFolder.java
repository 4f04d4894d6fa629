package dev.cloister.enclave.files;

import dev.cloister.enclave.posix.Directory;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.Listener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A file service in this process, and beside its root a secret that it must not reach. */
final class ServedFolder implements AutoCloseable {
    static final String SECRET = "the application's code";
    static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final Path root;
    private final Path outside;
    private final Directory directory;
    private final Listener listener;
    private final FileService service;
    private final Thread acceptor;

    ServedFolder(Path base) throws Exception {
        this(base, ServiceLimits.DEFAULT);
    }

    ServedFolder(Path base, ServiceLimits limits) throws Exception {
        root = Files.createDirectory(base.resolve("root"));
        outside = Files.createDirectory(base.resolve("outside"));
        Files.writeString(outside.resolve("secret"), SECRET);
        directory = Directory.open(root);
        listener = Channels.listen(new Address.Unix(base.resolve("socket")));
        service = new FileService(directory, FileService.UNKNOWN, limits);
        acceptor = Thread.ofPlatform().daemon().start(() -> {
            try {
                service.serve(listener);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The served folder itself, where a test can plant what the protocol could not. */
    Path root() {
        return root;
    }

    /** A folder beside it that holds {@code secret}. */
    Path outside() {
        return outside;
    }

    boolean isServing() {
        return acceptor.isAlive();
    }

    Channel channel() throws IOException {
        Channel channel = Channels.connect(listener.address(), TIMEOUT);
        channel.setReadTimeout(TIMEOUT);
        return channel;
    }

    SyncClient client() throws IOException {
        return SyncClient.greeted(channel());
    }

    @Override
    public void close() {
        listener.close();
        service.close();
        directory.close();
    }
}
