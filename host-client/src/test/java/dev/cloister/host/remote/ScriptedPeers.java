package dev.cloister.host.remote;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.EnclaveAddress;
import dev.cloister.protocol.channel.Listener;
import dev.cloister.protocol.frame.BufferPool;
import dev.cloister.protocol.frame.Frame;
import dev.cloister.protocol.frame.FrameConnection;
import dev.cloister.protocol.frame.Hello;
import dev.cloister.protocol.frame.Message;
import dev.cloister.protocol.sync.Sync;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Peers that answer as a test says, also wrongly, and clients connected to them. */
final class ScriptedPeers implements AutoCloseable {
    private final List<AutoCloseable> open = new ArrayList<>();

    interface Peer {
        void serve(FrameConnection connection) throws IOException;
    }

    /** Connects to a peer that listens in {@code folder}. */
    RemoteFileSystem connect(Path folder, Runnable onLoss, Peer peer) throws Exception {
        return connect(folder, onLoss, peer, StallWatch.PATIENCE);
    }

    /** The same with less patience for a peer that does not answer. */
    RemoteFileSystem connect(Path folder, Runnable onLoss, Peer peer, Duration patience) throws Exception {
        EnclaveAddress address = new EnclaveAddress.Folder(folder);
        Listener listener = Channels.listen(address.enclavePort(Address.SYNC_PORT));
        open.add(listener);
        Thread.ofPlatform().daemon().start(() -> {
            try (Channel channel = listener.accept();
                    FrameConnection connection =
                            new FrameConnection(channel, Sync.MAX_BODY, new BufferPool(Sync.MAX_BODY))) {
                Hello.answer(connection, Hello.Service.SYNC, Sync.VERSION);
                peer.serve(connection);
            } catch (IOException gone) {
                // The test is over.
            }
        });
        RemoteFileSystem files = RemoteFileSystem.connect(address, onLoss, patience);
        open.add(files);
        return files;
    }

    static int nextRequest(FrameConnection connection) throws IOException {
        try (Frame frame = connection.receive()) {
            if (frame == null) {
                throw new EOFException();
            }
            return frame.requestId();
        }
    }

    static Peer answering(Message reply) {
        return connection -> {
            while (true) {
                connection.send(nextRequest(connection), reply);
            }
        };
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }
}
