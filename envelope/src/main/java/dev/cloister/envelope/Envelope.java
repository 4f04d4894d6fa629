package dev.cloister.envelope;

import com.github.luben.zstd.ZstdIOException;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import dev.cloister.envelope.archive.ArchiveException;
import dev.cloister.envelope.archive.ArchiveLimits;
import dev.cloister.envelope.archive.ArchiveSummary;
import dev.cloister.envelope.archive.NoSpaceException;
import dev.cloister.envelope.archive.TarArchive;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;

/**
 * A package that is being read, in two steps: {@link #open} reads its header, which tells which key to ask for; with
 * that key {@link #unpack} reads the rest. Both take any size in constant memory.
 */
public final class Envelope {
    /** Section 4.1 of the format: 8 MiB. */
    private static final int MAX_WINDOW_LOG = 23;

    private final HeaderCodec.Parsed parsed;
    private final InputStream payload;

    private Envelope(HeaderCodec.Parsed parsed, InputStream payload) {
        this.parsed = parsed;
        this.payload = payload;
    }

    /**
     * Reads the header and nothing after it. The stream stays the caller's, who closes it after unpacking.
     *
     * @throws EnvelopeFormatException if it is not a package of a known version with a well-formed header
     */
    public static Envelope open(InputStream in) throws IOException {
        return new Envelope(HeaderCodec.parse(in), in);
    }

    /** What the package says of itself; not to be trusted before {@link #unpack} has returned. */
    public EnvelopeHeader header() {
        return parsed.header();
    }

    /**
     * Verifies, decrypts and unpacks the rest of the stream, to be called once. Every byte that reaches the disk has
     * verified before; yet only when this returns is it known that the package is whole. After a failure of any kind the
     * directory is empty again.
     *
     * @param key stays open
     * @param directory exists and is empty
     * @throws NotAuthenticException if the package, header included, is not what was sealed under the key
     * @throws ArchiveException if the archive inside breaks a rule or a limit
     * @throws NoSpaceException if the file system is full
     */
    public ArchiveSummary unpack(DataKey key, Path directory, ArchiveLimits limits) throws IOException {
        OpeningInputStream opening = new OpeningInputStream(payload, key, parsed.associatedData());
        try (ReadAheadInputStream verified = new ReadAheadInputStream(opening, "package-opener");
                ZstdInputStreamNoFinalizer zstd = new ZstdInputStreamNoFinalizer(verified)) {
            zstd.setLongMax(MAX_WINDOW_LOG);
            return TarArchive.unpack(zstd, directory, limits);
        } catch (ZstdIOException e) {
            throw new ArchiveException("archive refused: it is not well-formed zstd");
        }
    }
}
