package dev.cloister.local.vm;

import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.channel.Channel;
import dev.cloister.protocol.channel.Channels;
import dev.cloister.protocol.channel.Listener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Answers a starting machine's init, which reports before it starts the program: one byte, there and back. */
final class Heartbeat implements AutoCloseable {
    private static final byte BEAT = (byte) 0xb7;
    private static final Duration READ_LIMIT = Duration.ofSeconds(30);

    private final Listener listener;
    private volatile boolean seen;

    private Heartbeat(Listener listener) {
        this.listener = listener;
    }

    static Heartbeat listen(Address address) throws IOException {
        Heartbeat heartbeat = new Heartbeat(Channels.listen(address));
        Thread.ofPlatform().daemon().name("heartbeat").start(heartbeat::serve);
        return heartbeat;
    }

    /** Whether the init has reported. */
    boolean isSeen() {
        return seen;
    }

    private void serve() {
        try {
            while (!seen) {
                try (Channel init = listener.accept()) {
                    init.setReadTimeout(READ_LIMIT);
                    ByteBuffer beat = ByteBuffer.allocate(1);
                    if (init.read(beat) == 1 && beat.get(0) == BEAT) {
                        init.write(beat.flip());
                        seen = true;
                    }
                }
            }
        } catch (IOException closedOrBroken) {
            // Who waits for the heartbeat sees that none comes.
        }
    }

    @Override
    public void close() {
        listener.close();
    }
}
