package dev.cloister.envelope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class BackgroundStreamsTest {
    private static final int BLOCK = 1 << 17;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 40 * BLOCK, 40 * BLOCK + 1})
    void anySize_passesBothStreamsUnchanged(int size) throws IOException {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        try (BackgroundOutputStream out = new BackgroundOutputStream(sink)) {
            out.write(bytes);
            out.finish();
        }
        assertThat(sink.toByteArray()).isEqualTo(bytes);
        try (ReadAheadInputStream in = new ReadAheadInputStream(new ByteArrayInputStream(bytes), "test")) {
            assertThat(in.readAllBytes()).isEqualTo(bytes);
            assertThat(in.read()).isEqualTo(-1);
        }
    }

    @Test
    void failingSink_showsInALaterCall() throws IOException {
        OutputStream sink = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("sink is broken");
            }
        };
        try (BackgroundOutputStream out = new BackgroundOutputStream(sink)) {
            assertThatThrownBy(() -> {
                        out.write(new byte[100 * BLOCK]);
                        out.finish();
                    })
                    .hasMessage("sink is broken");
        }
    }

    @Test
    void failingSource_showsAfterWhatWasReadBefore() throws IOException {
        InputStream broken = new BytewiseStream(() -> {
            throw new NotAuthenticException("broken");
        });
        InputStream source = new SequenceInputStream(new ByteArrayInputStream(new byte[BLOCK + 5]), broken);
        try (ReadAheadInputStream in = new ReadAheadInputStream(source, "test")) {
            assertThat(in.readNBytes(BLOCK + 5)).hasSize(BLOCK + 5);
            assertThatThrownBy(in::read).isInstanceOf(NotAuthenticException.class);
            assertThatThrownBy(in::read).isInstanceOf(NotAuthenticException.class);
        }
    }

    @Test
    void closingEarly_endsTheThreads() throws IOException {
        InputStream endless = new BytewiseStream(() -> {
            return 1;
        });
        try (ReadAheadInputStream in = new ReadAheadInputStream(endless, "closed-early")) {
            assertThat(in.read()).isEqualTo(1);
        }
        try (BackgroundOutputStream out = new BackgroundOutputStream(OutputStream.nullOutputStream())) {
            out.write(1);
        }
        assertThat(Thread.getAllStackTraces().keySet())
                .noneMatch(
                        t -> t.getName().equals("closed-early") || t.getName().equals("package-sealer"));
    }

    @Test
    void interruptedReader_stopsWaiting() throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        InputStream stuck = new BytewiseStream(() -> {
            try {
                never.await();
                return -1;
            } catch (InterruptedException e) {
                throw new InterruptedIOException("woken");
            }
        });
        try (ReadAheadInputStream in = new ReadAheadInputStream(stuck, "test")) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(in::read).isInstanceOf(InterruptedIOException.class);
        }
        assertThat(Thread.interrupted()).isTrue();
    }

    @FunctionalInterface
    private interface ByteSource {
        int next() throws IOException;
    }

    private static final class BytewiseStream extends InputStream {
        private final ByteSource source;

        BytewiseStream(ByteSource source) {
            this.source = source;
        }

        @Override
        public int read() throws IOException {
            return source.next();
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            int b = source.next();
            if (b < 0) {
                return -1;
            }
            bytes[offset] = (byte) b;
            return 1;
        }
    }
}
