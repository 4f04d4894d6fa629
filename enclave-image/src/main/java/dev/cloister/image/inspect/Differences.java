package dev.cloister.image.inspect;

import java.util.ArrayList;
import java.util.List;

/** Collects differences: the first ones by name, the rest as a count, so that memory stays bounded. */
final class Differences {
    /** More than anyone reads. */
    private static final int MAX_NAMED = 10_000;

    private final List<Difference> named = new ArrayList<>();
    private long count;

    void add(Difference difference) {
        count++;
        if (named.size() < MAX_NAMED) {
            named.add(difference);
        }
    }

    boolean isEmpty() {
        return count == 0;
    }

    List<Difference> named() {
        return List.copyOf(named);
    }

    long count() {
        return count;
    }
}
