package dev.cloister.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void ordinaryText_isLeftAlone() {
        String text = "modèle 模型 👍🏽 a\u200db";
        assertThat(Printable.of(text)).isEqualTo(text);
    }

    @Test
    void controlCharactersAndMarksOfDirection_areReplaced() {
        assertThat(Printable.of("a\u001b[2Jb\u009bc\u007fd\ne\tf\u202eg\u2066h\u200fi\u061cj\u2028k\ud800l"))
                .isEqualTo("a?[2Jb?c?d?e?f?g?h?i?j?k?l");
    }
}
