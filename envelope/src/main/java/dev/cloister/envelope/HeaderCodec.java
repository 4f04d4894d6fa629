package dev.cloister.envelope;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Bytes to header and back, docs/format/envelope-v1.md sections 1 and 2; each header has one encoding. */
final class HeaderCodec {
    /** Section 1.1. */
    static final int MAX_HEADER_LENGTH = 16384;

    /** Section 1.1. */
    static final int PREAMBLE_LENGTH = 16;

    /** Section 2.2: ciphertext bytes, tag included. */
    static final int SEGMENT_SIZE = 65536;

    private static final byte[] MAGIC = "CLOISTER".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int RESERVED = 0;

    /** Section 2.1. */
    private static final int TAR_ZSTD = 1;

    private HeaderCodec() {}

    /** A header, and the bytes from the magic to the header's end: the associated data of section 1.2. */
    static final class Parsed {
        private final EnvelopeHeader header;
        private final byte[] associatedData;

        private Parsed(EnvelopeHeader header, byte[] associatedData) {
            this.header = header;
            this.associatedData = associatedData;
        }

        EnvelopeHeader header() {
            return header;
        }

        byte[] associatedData() {
            return associatedData.clone();
        }
    }

    /** The length of the header without the preamble. */
    static int length(KmsKeyArn arn, EncryptedDataKey key, EncryptionContext context) {
        return encodeFields(arn, key, context).length;
    }

    /** Preamble and header. */
    static byte[] encode(EnvelopeHeader header) {
        byte[] fields = encodeFields(header.keyArn(), header.encryptedDataKey(), header.encryptionContext());
        return ByteBuffer.allocate(PREAMBLE_LENGTH + fields.length)
                .put(MAGIC)
                .putShort((short) VERSION)
                .putShort((short) RESERVED)
                .putInt(fields.length)
                .put(fields)
                .array();
    }

    /** Reads preamble and header, and not one byte more. */
    static Parsed parse(InputStream in) throws IOException {
        byte[] preamble = in.readNBytes(PREAMBLE_LENGTH);
        if (preamble.length < PREAMBLE_LENGTH || !Arrays.equals(preamble, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new EnvelopeFormatException("not a cloister package");
        }
        ByteBuffer rest = ByteBuffer.wrap(preamble).position(MAGIC.length);
        int version = u16(rest);
        if (version != VERSION) {
            throw new EnvelopeFormatException("package format version " + version + " is not known");
        }
        if (u16(rest) != RESERVED) {
            throw new EnvelopeFormatException("malformed package header: reserved bytes are not zero");
        }
        long length = Integer.toUnsignedLong(rest.getInt());
        if (length < 1 || length > MAX_HEADER_LENGTH) {
            throw new EnvelopeFormatException("malformed package header: its length is " + length);
        }
        byte[] fields = in.readNBytes((int) length);
        if (fields.length < length) {
            throw new EnvelopeFormatException("malformed package header: the file ends inside it");
        }
        byte[] associatedData = Arrays.copyOf(preamble, PREAMBLE_LENGTH + fields.length);
        System.arraycopy(fields, 0, associatedData, PREAMBLE_LENGTH, fields.length);
        return new Parsed(parseFields(ByteBuffer.wrap(fields)), associatedData);
    }

    private static byte[] encodeFields(KmsKeyArn arn, EncryptedDataKey key, EncryptionContext context) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(TAR_ZSTD);
        out.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(SEGMENT_SIZE).array());
        putString(out, arn.value().getBytes(StandardCharsets.US_ASCII));
        putString(out, key.toBytes());
        putU16(out, context.entries().size());
        for (Map.Entry<String, String> entry : context.entries().entrySet()) {
            putString(out, entry.getKey().getBytes(StandardCharsets.UTF_8));
            putString(out, entry.getValue().getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    private static EnvelopeHeader parseFields(ByteBuffer fields) throws EnvelopeFormatException {
        try {
            require(fields.get() == TAR_ZSTD, "its payload encoding is not known");
            require(fields.getInt() == SEGMENT_SIZE, "its segment size is not " + SEGMENT_SIZE);
            KmsKeyArn arn = new KmsKeyArn(text(fields, StandardCharsets.US_ASCII));
            EncryptedDataKey key = EncryptedDataKey.copyOf(string(fields));
            EncryptionContext context = new EncryptionContext(contextEntries(fields));
            require(!fields.hasRemaining(), "something follows its last field");
            return new EnvelopeHeader(arn, key, context);
        } catch (BufferUnderflowException e) {
            throw malformed("it ends inside a field");
        } catch (CharacterCodingException e) {
            throw malformed("a text is not in its encoding");
        } catch (IllegalArgumentException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    private static SortedMap<String, String> contextEntries(ByteBuffer fields)
            throws EnvelopeFormatException, CharacterCodingException {
        SortedMap<String, String> entries = new TreeMap<>(EncryptionContext.KEY_ORDER);
        int count = u16(fields);
        for (int i = 0; i < count; i++) {
            String key = text(fields, StandardCharsets.UTF_8);
            require(
                    entries.isEmpty() || EncryptionContext.KEY_ORDER.compare(entries.lastKey(), key) < 0,
                    "its encryption context is not in ascending order");
            entries.put(key, text(fields, StandardCharsets.UTF_8));
        }
        return entries;
    }

    private static void require(boolean holds, String otherwise) throws EnvelopeFormatException {
        if (!holds) {
            throw malformed(otherwise);
        }
    }

    private static EnvelopeFormatException malformed(String fault) {
        return new EnvelopeFormatException("malformed package header: " + fault);
    }

    private static void putU16(ByteArrayOutputStream out, int value) {
        out.write(value >>> 8);
        out.write(value);
    }

    private static void putString(ByteArrayOutputStream out, byte[] bytes) {
        putU16(out, bytes.length);
        out.writeBytes(bytes);
    }

    private static int u16(ByteBuffer in) {
        return Short.toUnsignedInt(in.getShort());
    }

    private static byte[] string(ByteBuffer in) {
        int length = u16(in);
        if (length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static String text(ByteBuffer in, Charset charset) throws CharacterCodingException {
        return charset.newDecoder().decode(ByteBuffer.wrap(string(in))).toString();
    }
}
