package dev.cloister.image.attestation;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.document.AttestationPolicy;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a person wants of a document, as typed. */
public final class Expectations {
    private static final int PCR_DIGITS = 96;
    private static final int MAX_NONCE = 1024;

    private final SortedMap<Integer, Set<Bytes>> pcrs = new TreeMap<>();
    private @Nullable Bytes nonce;
    private boolean debugAllowed;

    /**
     * Wants a register to hold this, or one of several values when it is called again.
     *
     * @param index 0 to 31
     * @param hex 96 hexadecimal digits, not all zero
     * @throws IllegalArgumentException saying what is wrong
     */
    public void pcr(int index, String hex) {
        if (index < 0 || index > 31) {
            throw new IllegalArgumentException("there is no PCR" + index + ", only 0 to 31");
        }
        if (hex.length() != PCR_DIGITS) {
            throw new IllegalArgumentException("a PCR is " + PCR_DIGITS + " hex digits, not " + hex.length());
        }
        Bytes value = hex("PCR" + index, hex);
        if (value.isZero()) {
            throw new IllegalArgumentException("PCR" + index + " is all zero in debug mode, which measures nothing");
        }
        pcrs.computeIfAbsent(index, absent -> new HashSet<>()).add(value);
    }

    /** Wants this nonce, 1 to 1024 bytes in hexadecimal. */
    public void nonce(String hex) {
        if (hex.isEmpty() || hex.length() > 2 * MAX_NONCE) {
            throw new IllegalArgumentException("a nonce has 1 to " + MAX_NONCE + " bytes");
        }
        nonce = hex("the nonce", hex);
    }

    /** Accepts documents of enclaves in debug mode. */
    public void allowDebug() {
        debugAllowed = true;
    }

    /** Whether the registers tell one image from another: PCR0, or the signer's PCR8 with another one. */
    public boolean identifyAnImage() {
        return pcrs.containsKey(0) || (pcrs.containsKey(8) && pcrs.size() > 1);
    }

    /** The policy for the verifier. */
    public AttestationPolicy policy(Duration maxAge) {
        AttestationPolicy.Builder policy = AttestationPolicy.maxAge(maxAge);
        for (Map.Entry<Integer, Set<Bytes>> pcr : pcrs.entrySet()) {
            policy.expectPcr(pcr.getKey(), pcr.getValue());
        }
        if (nonce != null) {
            policy.nonce(nonce);
        }
        if (debugAllowed) {
            policy.allowDebug();
        }
        return identifyAnImage() ? policy.build() : policy.anyImage().build();
    }

    private static Bytes hex(String what, String hex) {
        try {
            return Bytes.ofHex(hex);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(what + " is not hexadecimal", e);
        }
    }
}
