package dev.cloister.host.mount;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.frame.ProtocolException;
import dev.cloister.protocol.sync.SyncPath;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LinkTargetsTest {
    @ParameterizedTest
    @CsvSource({
        "link, file",
        "link, ./file",
        "link, a//b",
        "link, ..file",
        "link, ...",
        "d/link, ../file",
        "d/link, ..",
        "d/e/link, ../../f/g",
        "d/e/link, .././../f"
    })
    void targetInside_isShown(String link, String target) throws ProtocolException {
        assertThat(LinkTargets.stayInside(SyncPath.of(link), target)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "link, ''",
        "link, /etc/passwd",
        "link, //etc/passwd",
        "link, ..",
        "link, ../.ssh/id_rsa",
        "link, ./../x",
        "d/link, ../../x",
        "d/link, ../d/../../x",
        "d/link, other/../../x",
        "d/link, e/..",
        "d/e/link, ../../../x"
    })
    void targetOutside_isNotShown(String link, String target) throws ProtocolException {
        assertThat(LinkTargets.stayInside(SyncPath.of(link), target)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"link, '..|x'", "d/link, 'a|b'"})
    void targetWithNul_isNotShown(String link, String target) throws ProtocolException {
        assertThat(LinkTargets.stayInside(SyncPath.of(link), target.replace('|', '\0')))
                .isFalse();
    }
}
