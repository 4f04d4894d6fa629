package dev.cloister.envelope.archive;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The records of a pax extended header: {@code "LENGTH KEY=VALUE\n"}, docs/format/envelope-v1.md section 4.2. */
final class PaxRecords {
    /** Section 4.2. */
    static final int MAX_BYTES = 16384;

    static final String PATH = "path";
    static final String LINK_PATH = "linkpath";
    static final String SIZE = "size";

    private static final Set<String> KEYS = Set.of(PATH, LINK_PATH, SIZE);

    private PaxRecords() {}

    static byte[] encode(Map<String, String> records) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        records.forEach((key, value) -> {
            byte[] rest = (" " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8);
            // The length counts its own digits.
            int length = rest.length + 1;
            while (String.valueOf(length).length() + rest.length != length) {
                length++;
            }
            out.writeBytes(String.valueOf(length).getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(rest);
        });
        return out.toByteArray();
    }

    static Map<String, String> parse(byte[] bytes) throws ArchiveException {
        Map<String, String> records = new LinkedHashMap<>();
        int start = 0;
        while (start < bytes.length) {
            int digits = start;
            int length = 0;
            while (digits < bytes.length && bytes[digits] >= '0' && bytes[digits] <= '9' && length <= MAX_BYTES) {
                length = length * 10 + bytes[digits++] - '0';
            }
            int end = start + length;
            if (end > bytes.length || digits + 1 >= end || bytes[digits] != ' ' || bytes[end - 1] != '\n') {
                throw new ArchiveException("its pax header is malformed");
            }
            String record = decode(ByteBuffer.wrap(bytes, digits + 1, end - digits - 2));
            int equals = record.indexOf('=');
            String key = record.substring(0, Math.max(0, equals));
            if (!KEYS.contains(key) || records.putIfAbsent(key, record.substring(equals + 1)) != null) {
                throw new ArchiveException("its pax header has a record that is not allowed");
            }
            start = end;
        }
        return records;
    }

    private static String decode(ByteBuffer utf8) throws ArchiveException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw new ArchiveException("its pax header is not UTF-8");
        }
    }
}
