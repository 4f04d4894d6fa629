package dev.cloister.enclave.run;

import dev.cloister.enclave.sandbox.Placement;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** All that one application is given of the synced folder. */
final class PinnedPaths implements Closeable {
    /** By path; what lies inside another of them is not listed. */
    private final Map<String, PinnedPath> pinned = new TreeMap<>();

    private PinnedPaths() {}

    static PinnedPaths of(SyncedFolder synced, List<SyncedPath> paths) throws IOException, RefusedException {
        PinnedPaths all = new PinnedPaths();
        try {
            for (SyncedPath path : paths) {
                all.add(synced.pin(path));
            }
            all.dropCovered();
            return all;
        } catch (IOException | RefusedException | RuntimeException e) {
            all.close();
            throw e;
        }
    }

    private void add(PinnedPath path) {
        PinnedPath before = pinned.putIfAbsent(path.path().text(), path);
        if (before != null) {
            path.close();
        }
    }

    private void dropCovered() {
        for (String text : List.copyOf(pinned.keySet())) {
            boolean covered = pinned.keySet().stream().anyMatch(outer -> text.startsWith(outer + "/"));
            PinnedPath dropped = covered ? pinned.remove(text) : null;
            if (dropped != null) {
                dropped.close();
            }
        }
    }

    /** Makes them appear in the run's folder, and from there in the sandbox under the paths they have. */
    List<Placement> placements(RunFolder folder) throws IOException {
        List<Placement> placements = new ArrayList<>();
        for (PinnedPath path : pinned.values()) {
            placements.add(
                    new Placement.ReadWrite(folder.bind(path), path.path().text()));
        }
        return placements;
    }

    @Override
    public void close() {
        pinned.values().forEach(PinnedPath::close);
    }
}
