package dev.cloister.enclave.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.enclave.kernel.SharedNumber;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunCountTest {
    @TempDir
    private Path folder;

    @Test
    void count_isHiddenWhileAnyRunIsUnderWay() throws Exception {
        RunCount count = new RunCount(SharedNumber.create(folder.resolve("count")));
        SharedNumber seen = SharedNumber.open(folder.resolve("count"));
        assertThat(seen.get()).isZero();
        count.begin();
        assertThat(seen.get()).isEqualTo(-1);
        count.begin();
        count.end();
        assertThat(seen.get()).isEqualTo(-1);
        count.end();
        assertThat(seen.get()).isEqualTo(2);
        count.begin();
        assertThat(seen.get()).isEqualTo(-1);
    }
}
