package dev.cloister.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonTest {
    @Test
    void nestedValues_keepTheirOrder() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("b", List.of(1, 2L, true));
        map.put("a", Map.of());
        assertThat(Json.write(map)).isEqualTo("{\"b\":[1,2,true],\"a\":{}}");
        assertThat(Json.write(Arrays.asList(null, List.of()))).isEqualTo("[null,[]]");
    }

    @Test
    void controlAndUnpairedCharacters_areEscaped() {
        assertThat(Json.write("\"\\\n\u0001é😀")).isEqualTo("\"\\\"\\\\\\n\\u0001é😀\"");
        assertThat(Json.write("\uD83D")).isEqualTo("\"\\ud83d\"");
        assertThat(Json.write("\u009b\u202e")).isEqualTo("\"\\u009b\\u202e\"");
    }
}
