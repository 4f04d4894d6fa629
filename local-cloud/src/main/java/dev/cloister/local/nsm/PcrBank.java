package dev.cloister.local.nsm;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.nsm.NsmError;
import dev.cloister.attestation.nsm.NsmLimits;
import dev.cloister.attestation.nsm.NsmResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The 32 registers of one module and their locks. Not for use by several threads. */
final class PcrBank {
    private final Bytes[] values = new Bytes[NsmLimits.PCR_COUNT];
    private final BitSet locked = new BitSet(NsmLimits.PCR_COUNT);

    PcrBank(Map<Integer, Bytes> measured) {
        Arrays.fill(values, Bytes.copyOf(new byte[NsmLimits.PCR_LENGTH]));
        measured.forEach((index, value) -> {
            if (!exists(index) || value.length() != NsmLimits.PCR_LENGTH) {
                throw new IllegalArgumentException("no such register or not its length: PCR" + index);
            }
            values[index] = value;
        });
        locked.set(0, NsmLimits.BOOT_LOCKED_PCRS);
    }

    List<Integer> lockedIndexes() {
        return locked.stream().boxed().toList();
    }

    SortedMap<Integer, Bytes> lockedValues() {
        SortedMap<Integer, Bytes> listed = new TreeMap<>();
        locked.stream().forEach(index -> listed.put(index, values[index]));
        return listed;
    }

    NsmResponse describe(int index) {
        return exists(index)
                ? new NsmResponse.DescribePcr(locked.get(index), values[index])
                : new NsmResponse.Failure(NsmError.INVALID_INDEX);
    }

    NsmResponse extend(int index, Bytes data) {
        if (!exists(index)) {
            return new NsmResponse.Failure(NsmError.INVALID_INDEX);
        }
        if (locked.get(index)) {
            return new NsmResponse.Failure(NsmError.READ_ONLY_INDEX);
        }
        values[index] = extended(values[index], data);
        return new NsmResponse.ExtendPcr(values[index]);
    }

    NsmResponse lock(int index) {
        if (!exists(index)) {
            return new NsmResponse.Failure(NsmError.INVALID_INDEX);
        }
        if (locked.get(index)) {
            return new NsmResponse.Failure(NsmError.READ_ONLY_INDEX);
        }
        locked.set(index);
        return new NsmResponse.LockPcr();
    }

    /** Unlike {@link #lock}, passes over registers that are locked already, as the device does. */
    NsmResponse lockRange(int range) {
        if (range > NsmLimits.PCR_COUNT) {
            return new NsmResponse.Failure(NsmError.INVALID_INDEX);
        }
        locked.set(0, range);
        return new NsmResponse.LockPcrs();
    }

    private static boolean exists(int index) {
        return index >= 0 && index < NsmLimits.PCR_COUNT;
    }

    private static Bytes extended(Bytes old, Bytes data) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-384");
            digest.update(old.toArray());
            return Bytes.copyOf(digest.digest(data.toArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-384", e);
        }
    }
}
