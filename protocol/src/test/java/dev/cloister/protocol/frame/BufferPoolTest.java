package dev.cloister.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BufferPoolTest {
    private static final int LARGE = 1 << 20;

    @Test
    void takenBuffer_isDirectAndHasTheLengthAskedFor() {
        BufferPool pool = new BufferPool(LARGE);
        for (int length : new int[] {0, 1, 4096, 4097, 140_000, LARGE, LARGE + 1}) {
            ByteBuffer buffer = pool.take(length);
            assertThat(buffer.isDirect()).isTrue();
            assertThat(buffer.remaining()).isEqualTo(length);
            pool.give(buffer.position(buffer.limit()));
            assertThat(pool.take(length).remaining()).isEqualTo(length);
        }
    }

    @Test
    void takenBuffers_areDistinct() {
        BufferPool pool = new BufferPool(LARGE);
        List<ByteBuffer> buffers =
                Stream.generate(() -> pool.take(100)).limit(100).toList();
        for (int i = 0; i < buffers.size(); i++) {
            buffers.get(i).putInt(0, i);
        }
        for (int i = 0; i < buffers.size(); i++) {
            assertThat(buffers.get(i).getInt(0)).isEqualTo(i);
        }
        buffers.forEach(pool::give);
        assertThat(Stream.generate(() -> pool.take(100)).limit(100).map(System::identityHashCode))
                .doesNotHaveDuplicates();
    }
}
