package dev.cloister.enclave.yaml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class YamlMapTest {
    private static YamlMap parse(String text) throws YamlException {
        return YamlMap.parse(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void knownKeys_areRead() throws YamlException {
        YamlMap map = parse("a: text\nb: 7\nc: {d: x}\ne: {f: [1st, second]}\n");
        assertThat(map.string("a", 10)).contains("text");
        assertThat(map.integer("b", 1, 10)).hasValue(7);
        assertThat(map.map("c").string("d", 10)).contains("x");
        assertThat(map.lists("e", 4, 10)).containsKey("f");
        assertThat(map.string("missing", 10)).isEmpty();
        map.end();
    }

    @Test
    void emptyFile_isAnEmptyMapping() throws YamlException {
        parse("").end();
        parse("# nothing\n").end();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a: 1\na: 2", // a key twice
                "[a, b]", // not a mapping
                "text",
                "a: [", // not YAML
                "a: !!java.lang.String x\n---\nb: 1", // two documents
                "a: &x {b: 1}\nc: *x", // an alias of a collection
                "a: \t- x",
                "\u0000"
            })
    void malformedFile_isRefused(String text) {
        assertThatThrownBy(() -> parse(text)).isInstanceOf(YamlException.class).hasMessageNotContaining("java");
    }

    @Test
    void deepNesting_isRefused() {
        String deep = "[".repeat(30_000) + "]".repeat(30_000);
        assertThatThrownBy(() -> parse("a: " + deep)).isInstanceOf(YamlException.class);
    }

    @Test
    void bytesThatAreNotUtf8_areRefused() {
        assertThatThrownBy(() -> YamlMap.parse(new byte[] {'a', ':', ' ', (byte) 0xff}))
                .hasMessage("it is not UTF-8");
    }

    @Test
    void hugeFile_isRefused() {
        assertThatThrownBy(() -> YamlMap.parse(new byte[100_000])).hasMessageContaining("longer than");
    }

    @Test
    void unknownKey_isRefusedWithoutItsName() throws YamlException {
        YamlMap map = parse("secret: 1");
        assertThatThrownBy(map::end).hasMessage("it has an unknown key");
        YamlMap inner = parse("limits: {1: 2}").map("limits");
        assertThatThrownBy(inner::end).hasMessage("limits has an unknown key");
    }

    @Test
    void valuesOfAnotherKind_areRefusedByTheirKey() throws YamlException {
        YamlMap map = parse("a: 1\nb: x\nc: [x]\nd: {e: x}\nf: {g: []}\nh: {i: [1]}");
        assertThatThrownBy(() -> map.string("a", 9)).hasMessageStartingWith("a is not a text");
        assertThatThrownBy(() -> map.integer("b", 1, 9)).hasMessageStartingWith("b is not a whole number from 1 to 9");
        assertThatThrownBy(() -> map.map("c")).hasMessage("c is not a mapping");
        assertThatThrownBy(() -> map.lists("d", 9, 9)).hasMessageContaining("an entry of d is not a list");
        assertThatThrownBy(() -> map.lists("f", 9, 9)).hasMessageContaining("an entry of f is not a list");
        assertThatThrownBy(() -> map.lists("h", 9, 9)).hasMessageContaining("is not a text");
    }

    @Test
    void keyWithoutAValue_isRefusedAndNotTakenForMissing() throws YamlException {
        YamlMap map = parse("a: null\nb:\nc: []");
        assertThatThrownBy(() -> map.string("a", 9)).hasMessage("a has no value");
        assertThatThrownBy(() -> map.map("b")).hasMessage("b has no value");
        assertThatThrownBy(() -> map.texts("c", 9, 9)).hasMessageContaining("c is not a list of 1 to 9 texts");
        assertThat(map.string("d", 9)).isEmpty();
    }

    @Test
    void valuesOutOfBounds_areRefused() throws YamlException {
        YamlMap map = parse("a: 0\nb: 99999999999\nc: toolong\nd: \"a\\nb\"\ne: ''");
        assertThatThrownBy(() -> map.integer("a", 1, 9)).isInstanceOf(YamlException.class);
        assertThatThrownBy(() -> map.integer("b", 1, 9)).isInstanceOf(YamlException.class);
        assertThatThrownBy(() -> map.string("c", 3)).isInstanceOf(YamlException.class);
        assertThatThrownBy(() -> map.string("d", 9)).isInstanceOf(YamlException.class);
        assertThatThrownBy(() -> map.string("e", 9)).isInstanceOf(YamlException.class);
    }
}
