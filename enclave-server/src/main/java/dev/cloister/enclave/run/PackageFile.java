package dev.cloister.enclave.run;

import dev.cloister.enclave.kernel.PathHandle;
import dev.cloister.enclave.kms.WrappedKey;
import dev.cloister.envelope.DataKey;
import dev.cloister.envelope.Envelope;
import dev.cloister.envelope.archive.ArchiveLimits;
import dev.cloister.envelope.sample.SampleEnvelope;
import dev.cloister.protocol.run.Refusal;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Map;
import java.util.Optional;

/** A package of either format that is being read. Its file is the parent's, who may change it meanwhile. */
final class PackageFile implements Closeable {
    private static final int BUFFER = 256 << 10;
    /** Its size is bounded by the memory-backed folder it is unpacked to. */
    private static final ArchiveLimits LIMITS = new ArchiveLimits(1_000_000, 1L << 40);

    private final InputStream in;
    private final WrappedKey key;
    private final Unpacker unpacker;

    @FunctionalInterface
    private interface Unpacker {
        void unpack(DataKey key, RunFolder folder) throws IOException;
    }

    private PackageFile(InputStream in, WrappedKey key, Unpacker unpacker) {
        this.in = in;
        this.key = key;
        this.unpacker = unpacker;
    }

    /**
     * Reads the header.
     *
     * @param sampleRegion where the keys of packages in the AWS sample's format live
     */
    static PackageFile open(PathHandle file, Optional<String> sampleRegion) throws IOException, RefusedException {
        BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file.path()), BUFFER);
        try {
            // A length below 64 Ki begins the one format, letters the other.
            in.mark(1);
            boolean isSample = in.read() == 0;
            in.reset();
            return isSample ? openSample(in, sampleRegion) : openEnvelope(in);
        } catch (IOException | RefusedException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    private static PackageFile openEnvelope(InputStream in) throws IOException {
        Envelope envelope = Envelope.open(in);
        return new PackageFile(in, WrappedKey.of(envelope.header()), (key, folder) -> {
            var _ = envelope.unpack(key, folder.packageFolder(), LIMITS);
        });
    }

    private static PackageFile openSample(InputStream in, Optional<String> region)
            throws IOException, RefusedException {
        SampleEnvelope envelope = SampleEnvelope.open(in);
        if (region.isEmpty()) {
            throw new RefusedException(
                    Refusal.PACKAGE_MALFORMED,
                    "the package is in the aws sample's format, which names no region, and the image names none either");
        }
        WrappedKey key = new WrappedKey(Optional.empty(), region.get(), envelope.encryptedDataKey(), Map.of());
        return new PackageFile(in, key, (dataKey, folder) -> {
            var _ = envelope.unpack(dataKey, folder.scratch(), folder.packageFolder(), LIMITS);
        });
    }

    /** What KMS has to unwrap. */
    WrappedKey key() {
        return key;
    }

    /** Verifies, decrypts and unpacks; after a failure nothing of the package is in the folder. */
    void unpack(DataKey dataKey, RunFolder folder) throws IOException {
        unpacker.unpack(dataKey, folder);
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
