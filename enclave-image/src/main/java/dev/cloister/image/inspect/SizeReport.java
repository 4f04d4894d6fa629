package dev.cloister.image.inspect;

import dev.cloister.cli.Printable;
import dev.cloister.image.cpio.CpioEntry;
import dev.cloister.image.file.ImagePath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Where the bytes of a root filesystem lie and come from. */
public final class SizeReport {
    private static final int DEPTH = 2;
    private static final int LARGEST = 12;
    private static final long MIB = 1 << 20;

    private final SortedMap<String, Size> folders = new TreeMap<>();
    private final List<Layer> layers = new ArrayList<>();
    private long files;
    private long bytes;

    /**
     * What a layer or overlay contributed to the tree.
     *
     * @param source what it is
     * @param digest of the layer, where it is known
     */
    public record Layer(String source, @Nullable String digest, long files, long bytes) {
        public Layer {
            source = Printable.of(source);
            digest = digest == null ? null : Printable.of(digest);
        }
    }

    /** Counts of a folder and all that lies below. */
    private static final class Size {
        private long files;
        private long bytes;
    }

    /** Counts a file, its path from the root of the filesystem. */
    public void add(CpioEntry entry, ImagePath path) {
        if (entry.type() == CpioEntry.DIRECTORY) {
            return;
        }
        files++;
        bytes += entry.data().size();
        String[] parts = path.latin1().split("/", -1);
        StringBuilder folder = new StringBuilder();
        for (int i = 0; i < Math.min(DEPTH, parts.length - 1); i++) {
            folder.append('/').append(parts[i]);
            Size size = folders.computeIfAbsent(folder.toString(), name -> new Size());
            size.files++;
            size.bytes += entry.data().size();
        }
    }

    /** Adds what one layer brought. */
    public void add(Layer layer) {
        layers.add(layer);
    }

    /** Lines for people: totals, layers in order, the largest folders. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add(line("tree", files, bytes, "in all"));
        layers.forEach(layer -> lines.add(line(
                "layer",
                layer.files(),
                layer.bytes(),
                layer.source() + (layer.digest() == null ? "" : " " + layer.digest()))));
        folders.entrySet().stream()
                .sorted(Comparator.comparingLong(folder -> -folder.getValue().bytes))
                .limit(LARGEST)
                .forEach(folder -> lines.add(
                        line("folder", folder.getValue().files, folder.getValue().bytes, readable(folder.getKey()))));
        return lines;
    }

    /** The same as a map. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("Files", files);
        map.put("Bytes", bytes);
        List<Map<String, @Nullable Object>> layerMaps = new ArrayList<>();
        for (Layer layer : layers) {
            Map<String, @Nullable Object> one = new LinkedHashMap<>();
            one.put("Source", layer.source());
            one.put("Digest", layer.digest());
            one.put("Files", layer.files());
            one.put("Bytes", layer.bytes());
            layerMaps.add(one);
        }
        map.put("Layers", layerMaps);
        Map<String, Object> sizes = new LinkedHashMap<>();
        folders.forEach((name, size) -> sizes.put(readable(name), size.bytes));
        map.put("Folders", sizes);
        return map;
    }

    private static String readable(String latin1) {
        return "/" + new ImagePath(latin1.substring(1));
    }

    private static String line(String label, long files, long bytes, String what) {
        return String.format(Locale.ROOT, "%-14s%9.2f MiB %7d files  %s", label, (double) bytes / MIB, files, what);
    }
}
