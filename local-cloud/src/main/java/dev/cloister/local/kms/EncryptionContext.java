package dev.cloister.local.kms;

import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.ConditionKeys;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The pairs that a ciphertext is bound to. Their order does not count, their case does. */
final class EncryptionContext {
    private final SortedMap<String, String> pairs;

    EncryptionContext(Map<String, String> pairs) {
        this.pairs = new TreeMap<>(pairs);
    }

    /** Bytes that two contexts share only when they are equal: each text with its length, in the order of the keys. */
    byte[] canonicalBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        pairs.forEach((key, value) -> {
            append(out, key);
            append(out, value);
        });
        return out.toByteArray();
    }

    void describe(Attributes.Builder attributes) {
        pairs.forEach((key, value) -> attributes.put(ConditionKeys.ENCRYPTION_CONTEXT_PREFIX + key, value));
        attributes.put(ConditionKeys.ENCRYPTION_CONTEXT_KEYS, pairs.keySet());
    }

    private static void append(ByteArrayOutputStream out, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(utf8.length).array());
        out.writeBytes(utf8);
    }
}
