package dev.cloister.envelope;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import dev.cloister.envelope.archive.ArchiveException;
import dev.cloister.envelope.archive.ArchiveSummary;
import dev.cloister.envelope.archive.SourceTree;
import dev.cloister.envelope.archive.TarArchive;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.LongConsumer;

/** Writes packages as docs/format/envelope-v1.md describes them, of any size in constant memory. */
public final class EnvelopeWriter {
    /** The level of the zstd command: a window of 2 MiB, below the 8 MiB of section 4.1. */
    private static final int ZSTD_LEVEL = 3;

    private static final int ZSTD_WORKERS = 2;

    /** What a worker takes at once: half of zstd's own choice, which needs 50 MiB more memory and is no faster. */
    private static final int ZSTD_JOB_BYTES = 1 << 22;

    private EnvelopeWriter() {}

    /**
     * Packages a directory.
     *
     * <p>When it throws, the sink holds a piece of a package, which no reader accepts; the caller throws it away.
     *
     * @param key used for this package and for no other; stays open
     * @param sink flushed, but not closed
     * @param progress is told the bytes of file content, as they are read
     * @throws ArchiveException if something has no place in a package, or a file changes while it is read
     */
    public static ArchiveSummary write(
            EnvelopeHeader header, DataKey key, SourceTree tree, OutputStream sink, LongConsumer progress)
            throws IOException {
        byte[] associatedData = HeaderCodec.encode(header);
        sink.write(associatedData);
        SealingOutputStream sealing = new SealingOutputStream(sink, key, associatedData);
        ArchiveSummary summary;
        try (BackgroundOutputStream background = new BackgroundOutputStream(sealing);
                ZstdOutputStreamNoFinalizer zstd = new ZstdOutputStreamNoFinalizer(background, ZSTD_LEVEL)) {
            zstd.setWorkers(ZSTD_WORKERS);
            zstd.setJobSize(ZSTD_JOB_BYTES);
            summary = TarArchive.write(tree, zstd, progress);
            zstd.closeWithoutClosingParentStream();
            background.finish();
        }
        sealing.finish();
        sink.flush();
        return summary;
    }
}
