package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;
import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The platform configuration registers a document lists.
 *
 * @param values by index, 0 to {@value #MAX_INDEX}; a register that is not locked is absent from a document
 */
public record Pcrs(SortedMap<Integer, Bytes> values) {
    public static final int MAX_INDEX = 31;

    public Pcrs {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    public Optional<Bytes> get(int index) {
        return Optional.ofNullable(values.get(index));
    }

    /** True when PCR0 is zero or absent: the image is not measured, as in an enclave in debug mode. */
    public boolean unmeasured() {
        return get(0).map(Bytes::isZero).orElse(true);
    }
}
