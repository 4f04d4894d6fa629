package dev.cloister.host.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.sync.FileAttributes;
import dev.cloister.protocol.sync.FileKind;
import dev.cloister.protocol.sync.Timestamp;
import org.junit.jupiter.api.Test;

class OwnersTest {
    private static final Timestamp TIME = new Timestamp(0, 0);
    private static final Owners OWNERS = new Owners(10001, 10002, 1000, 100);

    private static FileAttributes owned(int uid, int gid) {
        return new FileAttributes(FileKind.FILE, 0644, 1, 8, 1, uid, gid, 7, TIME, TIME, TIME);
    }

    @Test
    void filesOfTheService_areShownAsTheMounters_andTheOtherWayRound() {
        assertThat(OWNERS.shown(owned(10001, 10002))).isEqualTo(owned(1000, 100));
        assertThat(OWNERS.shown(owned(1000, 100))).isEqualTo(owned(10001, 10002));
        assertThat(OWNERS.shown(owned(0, 5))).isEqualTo(owned(0, 5));
    }

    @Test
    void ownerAskedFor_isTheEnclaves() {
        assertThat(OWNERS.uid(1000)).contains(10001);
        assertThat(OWNERS.gid(100)).contains(10002);
        assertThat(OWNERS.uid(0)).contains(0);
        assertThat(OWNERS.uid(-1)).isEmpty();
        assertThat(OWNERS.gid(-1)).isEmpty();
    }

    @Test
    void sameUserOnBothSides_changesNothing() {
        Owners same = new Owners(0, 0, 0, 0);
        assertThat(same.shown(owned(0, 0))).isEqualTo(owned(0, 0));
        assertThat(same.shown(owned(5, 6))).isEqualTo(owned(5, 6));
    }
}
