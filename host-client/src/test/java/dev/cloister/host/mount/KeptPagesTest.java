package dev.cloister.host.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.FileKind;
import dev.cloister.protocol.sync.SyncReply;
import dev.cloister.protocol.sync.Timestamp;
import org.junit.jupiter.api.Test;

class KeptPagesTest {
    private static final long NODE = 5;
    private static final long MILLISECOND = 1_000_000;
    private static final KeptPages.Kept ALL = new KeptPages.Kept(Long.MAX_VALUE, 0);

    private final KeptPages pages = new KeptPages();

    private static SyncReply.Opened opened(long changed, long runsEnded) {
        Timestamp time = new Timestamp(1, 0);
        return new SyncReply.Opened(
                1,
                new FileAttributes(FileKind.FILE, 0644, 100, 8, 1, 0, 0, 9, time, time, new Timestamp(changed, 0)),
                runsEnded);
    }

    @Test
    void firstOpen_keepsNothing() {
        assertThat(pages.open(NODE, opened(1, 0), 0)).isNull();
    }

    @Test
    void unchangedFile_isKept() {
        assertThat(pages.open(NODE, opened(1, 0), 0)).isNull();
        pages.read(NODE, 0, 100, 50 * MILLISECOND);
        assertThat(pages.open(NODE, opened(1, 0), 60 * MILLISECOND)).isEqualTo(ALL);
    }

    @Test
    void changedFile_isNotKept() {
        assertThat(pages.open(NODE, opened(1, 0), 0)).isNull();
        assertThat(pages.open(NODE, opened(2, 0), 60 * MILLISECOND)).isNull();
        assertThat(pages.open(NODE, opened(2, 0), 90 * MILLISECOND)).isEqualTo(ALL);
    }

    @Test
    void run_endsWhatIsKept() {
        assertThat(pages.open(NODE, opened(1, 0), 0)).isNull();
        assertThat(pages.open(NODE, opened(1, 1), 60 * MILLISECOND)).isNull();
        assertThat(pages.open(NODE, opened(1, 1), 90 * MILLISECOND)).isEqualTo(ALL);
    }

    @Test
    void nothingIsKept_whileARunIsUnderWay() {
        assertThat(pages.open(NODE, opened(1, -1), 0)).isNull();
        assertThat(pages.open(NODE, opened(1, -1), 60 * MILLISECOND)).isNull();
        assertThat(pages.open(NODE, opened(1, 1), 90 * MILLISECOND)).isNull();
    }

    @Test
    void readsRightAfterAChange_areReadAgain() {
        assertThat(pages.open(NODE, opened(1, 0), 0)).isNull();
        pages.read(NODE, 40, 10, MILLISECOND);
        pages.read(NODE, 20, 10, 19 * MILLISECOND);
        pages.read(NODE, 500, 10, 21 * MILLISECOND);
        assertThat(pages.open(NODE, opened(1, 0), 30 * MILLISECOND)).isEqualTo(new KeptPages.Kept(20, 50));
        assertThat(pages.open(NODE, opened(1, 0), 40 * MILLISECOND)).isEqualTo(ALL);
    }

    @Test
    void failedWrite_endsWhatIsKept() {
        assertThat(pages.open(NODE, opened(1, 0), 0)).isNull();
        pages.forgetAll();
        assertThat(pages.open(NODE, opened(1, 0), 60 * MILLISECOND)).isNull();
    }

    @Test
    void otherFiles_areUnaffected() {
        assertThat(pages.open(NODE, opened(1, 0), 0)).isNull();
        assertThat(pages.open(NODE + 1, opened(1, 0), 60 * MILLISECOND)).isNull();
        pages.read(NODE + 2, 0, 10, 0);
        assertThat(pages.open(NODE, opened(1, 0), 60 * MILLISECOND)).isEqualTo(ALL);
    }
}
