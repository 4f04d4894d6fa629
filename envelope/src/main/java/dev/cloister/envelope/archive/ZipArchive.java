package dev.cloister.envelope.archive;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.jspecify.annotations.Nullable;

/** Unpacks the zip inside a package of the AWS sample, docs/format/envelope-v1.md section 5.3. */
public final class ZipArchive {
    private ZipArchive() {}

    /**
     * Unpacks as {@link TarArchive#unpack} does, with the same guarantees.
     *
     * @throws ArchiveException if the archive breaks a rule or a limit, or holds no entry
     * @throws NoSpaceException if the file system is full
     */
    public static ArchiveSummary unpack(InputStream in, Path directory, ArchiveLimits limits) throws IOException {
        // Not closed: it owns nothing but an inflater, and the stream is the caller's.
        ZipInputStream zip = new ZipInputStream(in, StandardCharsets.UTF_8);
        return TreeBuilder.build(directory, limits, tree -> {
            try {
                unpack(zip, tree);
            } catch (ZipException | EOFException | IllegalArgumentException e) {
                // Also thrown for a name that is not UTF-8.
                throw new ArchiveException("the zip archive is malformed");
            }
            in.transferTo(OutputStream.nullOutputStream());
        });
    }

    private static void unpack(ZipInputStream zip, TreeBuilder tree) throws IOException {
        tree.advance();
        @Nullable ZipEntry entry = zip.getNextEntry();
        if (entry == null) {
            throw new ArchiveException("the zip archive has no entries");
        }
        while (entry != null) {
            String name = entry.getName();
            String bare = entry.isDirectory() ? name.substring(0, name.length() - 1) : name;
            String fault = EntryNames.faultOfName(bare);
            if (fault != null) {
                throw new ArchiveException(fault);
            }
            if (entry.isDirectory()) {
                makeDirectory(tree, bare);
            } else {
                makeDirectory(tree, EntryNames.parent(bare));
                tree.file(bare, Math.max(0, entry.getSize()), false, zip::read);
            }
            tree.advance();
            entry = zip.getNextEntry();
        }
    }

    /** Zip archives need not list directories, and may list them after what they hold. */
    private static void makeDirectory(TreeBuilder tree, String name) throws IOException {
        if (!tree.hasDirectory(name)) {
            makeDirectory(tree, EntryNames.parent(name));
            tree.directory(name);
        }
    }
}
