package dev.cloister.envelope.sample;

import dev.cloister.envelope.DataKey;
import dev.cloister.envelope.NotAuthenticException;
import dev.cloister.envelope.archive.ArchiveException;
import dev.cloister.envelope.archive.ArchiveLimits;
import dev.cloister.envelope.archive.NoSpaceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.CipherInputStream;
import javax.crypto.Mac;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A Fernet token, decoded into a private file, docs/format/envelope-v1.md section 5.2. Its one tag covers everything, so
 * the file is verified whole before any of it is decrypted. Closing deletes it.
 */
final class FernetSpool implements AutoCloseable {
    private static final int VERSION = 0x80;
    private static final int IV_OFFSET = 9;
    private static final int CIPHERTEXT_OFFSET = 25;
    private static final int TAG_LENGTH = 32;
    private static final int BLOCK_LENGTH = 16;
    private static final int HALF_KEY = DataKey.LENGTH / 2;

    /** A multiple of 4, so that every chunk of base64 but the last decodes by itself. */
    private static final int CHUNK = 1 << 16;

    /** What zip adds to each entry at most: two headers with the name in each, rounded up. */
    private static final long ZIP_OVERHEAD_PER_ENTRY = 8192;

    private static final String NOT_AUTHENTIC = "the package is not authentic";

    private final FileChannel file;

    private FernetSpool(FileChannel file) {
        this.file = file;
    }

    /**
     * Decodes the token into a file of its own.
     *
     * @throws NotAuthenticException if it is not base64
     * @throws ArchiveException if it is longer than any archive within the limits
     */
    static FernetSpool copy(InputStream base64, Path scratch, ArchiveLimits limits) throws IOException {
        Path path = Files.createTempFile(scratch, "token", null);
        FernetSpool spool = new FernetSpool(FileChannel.open(
                path, StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.DELETE_ON_CLOSE));
        try {
            spool.decode(base64, scratch, mostBytes(limits));
            return spool;
        } catch (Throwable e) {
            spool.close();
            throw e;
        }
    }

    /** Checks form and tag; {@link #decrypt} may be called only after it. */
    void verify(DataKey key) throws IOException {
        long authenticated = file.size() - TAG_LENGTH;
        long ciphertext = authenticated - CIPHERTEXT_OFFSET;
        if (ciphertext < BLOCK_LENGTH || ciphertext % BLOCK_LENGTH != 0) {
            throw new NotAuthenticException(NOT_AUTHENTIC);
        }
        byte[] secret = key.exposeSecretBytes();
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, 0, HALF_KEY, "HmacSHA256"));
            byte[] version = readAt(0, 1);
            byte[] chunk;
            for (long at = 0; at < authenticated; at += chunk.length) {
                chunk = readAt(at, (int) Math.min(CHUNK, authenticated - at));
                mac.update(chunk);
            }
            boolean matches = MessageDigest.isEqual(mac.doFinal(), readAt(authenticated, TAG_LENGTH));
            if (!matches || (version[0] & 0xFF) != VERSION) {
                throw new NotAuthenticException(NOT_AUTHENTIC);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks a cipher", e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /** The plaintext, to be read once. */
    InputStream decrypt(DataKey key) throws IOException {
        byte[] iv = readAt(IV_OFFSET, BLOCK_LENGTH);
        byte[] secret = key.exposeSecretBytes();
        try {
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            SecretKeySpec half = new SecretKeySpec(secret, HALF_KEY, HALF_KEY, "AES");
            cipher.init(Cipher.DECRYPT_MODE, half, new IvParameterSpec(iv));
            file.truncate(file.size() - TAG_LENGTH).position(CIPHERTEXT_OFFSET);
            return new CipherInputStream(Channels.newInputStream(file), cipher);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime lacks a cipher", e);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private void decode(InputStream base64, Path scratch, long mostBytes) throws IOException {
        byte[] chunk = base64.readNBytes(CHUNK);
        while (chunk.length > 0) {
            byte[] next = base64.readNBytes(CHUNK);
            boolean padded = chunk[chunk.length - 1] == '=';
            if (chunk.length % 4 != 0 || (padded && next.length > 0)) {
                throw new NotAuthenticException(NOT_AUTHENTIC);
            }
            append(decoded(chunk), scratch);
            if (file.size() > mostBytes) {
                throw new ArchiveException("archive refused: it is larger than the limits allow");
            }
            chunk = next;
        }
    }

    private static byte[] decoded(byte[] chunk) throws NotAuthenticException {
        try {
            return Base64.getUrlDecoder().decode(chunk);
        } catch (IllegalArgumentException e) {
            throw new NotAuthenticException(NOT_AUTHENTIC);
        }
    }

    private void append(byte[] bytes, Path scratch) throws IOException {
        try {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
        } catch (IOException e) {
            throw NoSpaceException.meaningOf(e, scratch);
        }
    }

    private byte[] readAt(long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (file.read(buffer, offset + buffer.position()) < 0) {
                throw new IOException("the scratch file was cut short");
            }
        }
        return buffer.array();
    }

    /** Saturating, since both limits may be as large as they like. */
    private static long mostBytes(ArchiveLimits limits) {
        long room = Long.MAX_VALUE / 2;
        long overhead = Math.min(limits.entries(), room / ZIP_OVERHEAD_PER_ENTRY - 1) * ZIP_OVERHEAD_PER_ENTRY;
        return Math.min(limits.bytes(), room) + overhead + CHUNK;
    }
}
