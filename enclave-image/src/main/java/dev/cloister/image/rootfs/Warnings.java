package dev.cloister.image.rootfs;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Gathers warnings: the first few of a kind by name, the rest as a count, so that none is lost and none floods. */
public final class Warnings implements Consumer<Warning> {
    private static final int NAMED = 5;

    /** What is said of a file may come from the file. */
    private static final int MAX_KINDS = 1000;

    private final Map<String, Kind> kinds = new LinkedHashMap<>();

    private static final class Kind {
        final List<String> named = new ArrayList<>();
        int count;
    }

    @Override
    public void accept(Warning warning) {
        String what = kinds.containsKey(warning.what()) || kinds.size() < MAX_KINDS
                ? warning.what()
                : "could not be carried over as it was";
        Kind kind = kinds.computeIfAbsent(what, key -> new Kind());
        kind.count++;
        if (kind.named.size() < NAMED) {
            kind.named.add(warning.toString());
        }
    }

    /** One line each, files of one kind together. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        kinds.forEach((what, kind) -> {
            lines.addAll(kind.named);
            if (kind.count > kind.named.size()) {
                lines.add(kind.count - kind.named.size() + " more files: " + what);
            }
        });
        return lines;
    }
}
