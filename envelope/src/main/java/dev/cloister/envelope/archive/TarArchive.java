package dev.cloister.envelope.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Directory trees to tar and back, docs/format/envelope-v1.md sections 4.2 to 4.6. */
public final class TarArchive {
    private static final int COPY_BYTES = 1 << 18;

    private TarArchive() {}

    /**
     * Writes a tree. The same tree always gives the same bytes.
     *
     * @param progress is told the bytes of file content, as they are written
     * @throws ArchiveException if something has no place in a package, or a file changes while it is read
     */
    public static ArchiveSummary write(SourceTree tree, OutputStream out, LongConsumer progress) throws IOException {
        TarWriter tar = new TarWriter(out);
        byte[] buffer = new byte[COPY_BYTES];
        long[] written = new long[2];
        tree.walk((entry, path) -> {
            tar.header(entry);
            written[0]++;
            if (entry instanceof Entry.RegularFile file) {
                copy(path, file.size(), buffer, out, progress);
                tar.pad(file.size());
                written[1] += file.size();
            }
        });
        tar.end();
        return new ArchiveSummary(written[0], written[1]);
    }

    /**
     * Unpacks an archive into an empty directory, trusting nothing in it. The stream must end where the archive does.
     * After a failure of any kind, the stream's own included, the directory is empty again.
     *
     * @throws ArchiveException if the archive breaks a rule or a limit
     * @throws NoSpaceException if the file system is full
     */
    public static ArchiveSummary unpack(InputStream in, Path directory, ArchiveLimits limits) throws IOException {
        TarReader tar = new TarReader(in);
        return TreeBuilder.build(directory, limits, tree -> {
            @Nullable Entry entry;
            for (tree.advance(); (entry = tar.next()) != null; tree.advance()) {
                switch (entry) {
                    case Entry.Directory(String name) -> tree.directory(name);
                    case Entry.RegularFile(String name, long size, boolean executable) ->
                        tree.file(name, size, executable, tar::read);
                    case Entry.SymbolicLink(String name, String target) -> tree.link(name, target);
                }
            }
        });
    }

    private static void copy(Path path, long size, byte[] buffer, OutputStream out, LongConsumer progress)
            throws IOException {
        try (FileChannel channel = FileChannel.open(path, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
            long left = size;
            while (left > 0) {
                int n = channel.read(ByteBuffer.wrap(buffer, 0, (int) Math.min(buffer.length, left)));
                if (n < 0) {
                    throw changed(path);
                }
                out.write(buffer, 0, n);
                progress.accept(n);
                left -= n;
            }
            if (channel.size() != size) {
                throw changed(path);
            }
        }
    }

    private static ArchiveException changed(Path path) {
        return new ArchiveException("cannot package " + path + ": it changed while it was read");
    }
}
