package dev.cloister.image.rootfs;

import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The files of an archive that holds other archives, by name, links between them followed. */
public final class TarIndex {
    private static final String FORMAT = "tar";

    /** More than any image has layers. */
    private static final int MAX_ENTRIES = 20_000;

    private static final int MAX_LINKS = 8;

    private final Map<ImagePath, TarEntry> entries = new HashMap<>();

    /**
     * Reads the names.
     *
     * @throws FormatException when it is no archive, a name leaves it or occurs twice
     */
    public TarIndex(FileRegion archive) throws IOException, FormatException {
        TarReader reader = new TarReader(archive);
        for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
            String name = TarLayer.relative(entry.name());
            if (name.isEmpty() || entry.type() == '5') {
                continue;
            }
            ImagePath path = ImagePath.read(FORMAT, name);
            if (entries.put(path, entry) != null) {
                throw new FormatException("tar: '" + path + "' occurs twice");
            }
            if (entries.size() > MAX_ENTRIES) {
                throw new FormatException("tar: more than " + MAX_ENTRIES + " files in a container image's archive");
            }
        }
    }

    /** Whether an archive has a file of one of these names at its top. Its other names are not judged. */
    public static boolean holdsAny(FileRegion archive, ImagePath... names) throws IOException, FormatException {
        TarReader reader = new TarReader(archive);
        for (TarEntry entry = reader.next(); entry != null; entry = reader.next()) {
            String name = TarLayer.relative(entry.name());
            if (entry.type() == '0'
                    && Arrays.stream(names).anyMatch(wanted -> wanted.latin1().equals(name))) {
                return true;
            }
        }
        return false;
    }

    /** A file's bytes, or null where there is none of that name. */
    public @Nullable FileRegion find(ImagePath path) throws FormatException {
        ImagePath at = path;
        for (int links = 0; links < MAX_LINKS; links++) {
            TarEntry entry = entries.get(at);
            if (entry == null) {
                return null;
            }
            switch (entry.type()) {
                case '0' -> {
                    return entry.data();
                }
                case '1' -> at = ImagePath.read(FORMAT, TarLayer.relative(entry.linkTarget()));
                case '2' -> at = sibling(at, entry.linkTarget());
                default -> throw new FormatException("tar: '" + at + "' is no file");
            }
        }
        throw new FormatException("tar: '" + path + "' is a link that goes in circles");
    }

    /** Old versions of Docker link a layer that occurs twice: {@code ../ID/layer.tar}. */
    private static ImagePath sibling(ImagePath link, String target) throws FormatException {
        String rest = target;
        String folder = link.hasParent() ? link.parent().latin1() : "";
        while (rest.startsWith("../") && !folder.isEmpty()) {
            rest = rest.substring(3);
            folder = folder.substring(0, Math.max(0, folder.lastIndexOf('/')));
        }
        return ImagePath.read(FORMAT, folder.isEmpty() ? rest : folder + "/" + rest);
    }
}
