package dev.cloister.envelope.sample;

import dev.cloister.envelope.DataKey;
import dev.cloister.envelope.EncryptedDataKey;
import dev.cloister.envelope.EnvelopeFormatException;
import dev.cloister.envelope.NotAuthenticException;
import dev.cloister.envelope.archive.ArchiveException;
import dev.cloister.envelope.archive.ArchiveLimits;
import dev.cloister.envelope.archive.ArchiveSummary;
import dev.cloister.envelope.archive.NoSpaceException;
import dev.cloister.envelope.archive.ZipArchive;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * A package of the AWS sample ({@code application_code.zip.encrypted}) that is being read, docs/format/envelope-v1.md
 * section 5: like {@link dev.cloister.envelope.Envelope}, except that it names no key and has no encryption context.
 */
public final class SampleEnvelope {
    private final EncryptedDataKey encryptedDataKey;
    private final InputStream token;

    private SampleEnvelope(EncryptedDataKey encryptedDataKey, InputStream token) {
        this.encryptedDataKey = encryptedDataKey;
        this.token = token;
    }

    /**
     * Reads the encrypted data key and nothing after it. The stream stays the caller's, who closes it after unpacking.
     *
     * @throws EnvelopeFormatException if the file cannot be such a package
     */
    public static SampleEnvelope open(InputStream in) throws IOException {
        byte[] prefix = in.readNBytes(Integer.BYTES);
        long length = prefix.length < Integer.BYTES
                ? 0
                : Integer.toUnsignedLong(ByteBuffer.wrap(prefix).getInt());
        if (length < 1 || length > EncryptedDataKey.MAX_LENGTH) {
            throw new EnvelopeFormatException("not a package of the AWS sample");
        }
        byte[] key = in.readNBytes((int) length);
        if (key.length < length) {
            throw new EnvelopeFormatException("malformed package: the file ends inside the encrypted data key");
        }
        return new SampleEnvelope(EncryptedDataKey.copyOf(key), in);
    }

    public EncryptedDataKey encryptedDataKey() {
        return encryptedDataKey;
    }

    /**
     * Verifies the whole package, then decrypts and unpacks it; to be called once. After a failure of any kind the
     * directory is empty again.
     *
     * @param key stays open
     * @param scratch a directory that nobody else can write to, with room for a copy of the package's ciphertext
     * @param directory exists and is empty
     * @throws NotAuthenticException if the token is not what was sealed under the key
     * @throws ArchiveException if the archive inside breaks a rule or a limit
     * @throws NoSpaceException if one of the two file systems is full
     */
    public ArchiveSummary unpack(DataKey key, Path scratch, Path directory, ArchiveLimits limits) throws IOException {
        try (FernetSpool spool = FernetSpool.copy(token, scratch, limits)) {
            spool.verify(key);
            return ZipArchive.unpack(spool.decrypt(key), directory, limits);
        }
    }
}
