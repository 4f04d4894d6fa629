package dev.cloister.local.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a request says under each condition key. Key names are matched without regard to case, values as they are.
 * A key without values is absent.
 */
public final class Attributes {
    private final Map<String, List<String>> values;

    private Attributes(Map<String, List<String>> values) {
        this.values = values;
    }

    public static Attributes none() {
        return new Attributes(Map.of());
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The values of a key, or nothing where the request does not carry it. */
    Optional<List<String>> get(String key) {
        return Optional.ofNullable(values.get(key.toLowerCase(Locale.ROOT)));
    }

    /** Collects keys; a key named twice has both values. */
    public static final class Builder {
        private final Map<String, List<String>> values = new HashMap<>();

        private Builder() {}

        public Builder put(String key, String value) {
            values.computeIfAbsent(key.toLowerCase(Locale.ROOT), absent -> new ArrayList<>())
                    .add(value);
            return this;
        }

        public Builder put(String key, Iterable<String> several) {
            several.forEach(value -> put(key, value));
            return this;
        }

        public Attributes build() {
            Map<String, List<String>> copy = new HashMap<>();
            values.forEach((key, list) -> copy.put(key, List.copyOf(list)));
            return new Attributes(Map.copyOf(copy));
        }
    }
}
