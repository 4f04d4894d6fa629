package dev.cloister.host.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.host.testing.Command;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellWordsTest {
    @Test
    void blanks_separateWords() {
        assertThat(ShellWords.split("  -d /dataset/\t-o\n/output/ "))
                .containsExactly("-d", "/dataset/", "-o", "/output/");
        assertThat(ShellWords.split("")).isEmpty();
        assertThat(ShellWords.split(" \t\n")).isEmpty();
    }

    @Test
    void nothingIsExpanded() {
        assertThat(ShellWords.split("$HOME `id` * ~ $(x) a;b|c&d>e #f"))
                .containsExactly("$HOME", "`id`", "*", "~", "$(x)", "a;b|c&d>e", "#f");
    }

    /** Everything here is the same in a shell, which is asked. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a 'b c' d",
                "a\"b c\"d",
                "''",
                "\"\" '' x",
                "'a\\b' \"a\\b\" a\\b",
                "\"\\\"\" \"\\\\\" '\"' \"'\"",
                "a\\ b\\'c\\\"d",
                "\\\\",
                "x\\\ny \"p\\\nq\" 'r\\\ns'",
                "'naïve ∂'\" 文件\"",
                "--name='two words' --n=\"1\"2'3'"
            })
    void quoting_isThatOfTheShell(String text) throws Exception {
        String shell = Command.shell("for w in " + text + "; do printf '%s\\0' \"$w\"; done")
                .out();
        assertThat(ShellWords.split(text))
                .isEqualTo(List.of(shell.substring(0, shell.length() - 1).split("\0", -1)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"'open", "\"open", "a \"b\\\"", "end\\"})
    void whatIsLeftOpen_isRefused(String text) {
        assertThatThrownBy(() -> ShellWords.split(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(text);
    }
}
