package dev.cloister.protocol.channel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** A channel as {@code java.io} streams, for libraries that want those (TLS, HTTP). */
final class ChannelStreams {
    private ChannelStreams() {}

    static final class Input extends InputStream {
        private final Channel channel;

        Input(Channel channel) {
            this.channel = channel;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return length == 0 ? 0 : channel.read(ByteBuffer.wrap(target, offset, length));
        }

        @Override
        public void close() {
            channel.close();
        }
    }

    static final class Output extends OutputStream {
        private final Channel channel;

        Output(Channel channel) {
            this.channel = channel;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            channel.write(ByteBuffer.wrap(source, offset, length));
        }

        @Override
        public void close() {
            channel.close();
        }
    }
}
