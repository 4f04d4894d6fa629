package dev.cloister.enclave.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.protocol.run.Refusal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SyncedPathTest {
    private static List<String> among(String... arguments) throws RefusedException {
        return SyncedPath.among(List.of(arguments)).stream()
                .map(SyncedPath::text)
                .toList();
    }

    @Test
    void absolutePaths_areFoundInAllTheirSpellings() throws RefusedException {
        assertThat(among("-d", "/dataset/", "--out=/output/x", "/a/b c/ü"))
                .containsExactly("/dataset", "/output/x", "/a/b c/ü");
    }

    @Test
    void relativePathsAndOtherWords_meanNothing() throws RefusedException {
        assertThat(among("model.npz", "./x", "../x", "--url=https://x/y", "a/b", "", "=", "--n=3", "x:/y"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "//a", "/a//b", "/a//", "/./a", "/a/..", "/a/../b", "/usr/x", "/app", "--x=/", "/a\n"})
    void pathsOutsideOrOfTheSystem_areRefused(String argument) {
        assertThatThrownBy(() -> among(argument))
                .isInstanceOfSatisfying(
                        RefusedException.class, e -> assertThat(e.reason()).isEqualTo(Refusal.BAD_REQUEST))
                .hasMessageNotContaining("\n");
    }

    @Test
    void overlongPath_isRefused() {
        assertThatThrownBy(() -> among("/" + "a".repeat(256))).isInstanceOf(RefusedException.class);
        assertThatThrownBy(() -> among("/a".repeat(2000))).isInstanceOf(RefusedException.class);
    }
}
