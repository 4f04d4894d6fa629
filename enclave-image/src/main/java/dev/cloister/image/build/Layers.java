package dev.cloister.image.build;

import dev.cloister.image.rootfs.Contribution;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What each layer and overlay brought, as an image's metadata and the output of commands say it. */
public final class Layers {
    private Layers() {}

    /**
     * One object each, without those that brought nothing that this program adds by itself. There is never a digest: it
     * would make two images differ whose layers hold the same files in another order.
     */
    public static List<Map<String, @Nullable Object>> json(List<Contribution> contributions) {
        List<Map<String, @Nullable Object>> layers = new ArrayList<>();
        for (Contribution contribution : merged(contributions)) {
            Map<String, @Nullable Object> layer = new LinkedHashMap<>();
            layer.put("Source", contribution.origin().source());
            layer.put("Digest", null);
            layer.put("Files", contribution.files());
            layer.put("Bytes", contribution.bytes());
            layers.add(layer);
        }
        return layers;
    }

    /** Those of one source together; none for a source that is not of the user's making and brought nothing. */
    private static List<Contribution> merged(List<Contribution> contributions) {
        Map<String, Contribution> bySource = new LinkedHashMap<>();
        for (Contribution contribution : contributions) {
            bySource.merge(
                    contribution.origin().source(),
                    contribution,
                    (one, two) -> new Contribution(one.origin(), one.files() + two.files(), one.bytes() + two.bytes()));
        }
        return List.copyOf(bySource.values());
    }
}
