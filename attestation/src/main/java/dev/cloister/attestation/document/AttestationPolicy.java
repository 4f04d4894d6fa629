package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a verifier wants of a genuine document. */
public final class AttestationPolicy {
    private static final int IMAGE_PCR = 0;
    private static final int SIGNER_PCR = 8;

    private final Duration maxAge;
    private final Duration clockSkew;
    private final @Nullable Bytes nonce;
    private final Map<Integer, Set<Bytes>> pcrs;
    private final boolean debugAllowed;

    private AttestationPolicy(Builder builder) {
        maxAge = builder.maxAge;
        clockSkew = builder.clockSkew;
        nonce = builder.nonce;
        pcrs = Map.copyOf(builder.pcrs);
        debugAllowed = builder.debugAllowed;
    }

    /**
     * Starts a policy.
     *
     * @param maxAge how old a document may be
     */
    public static Builder maxAge(Duration maxAge) {
        return new Builder(maxAge);
    }

    void check(AttestationClaims claims, Instant now) throws AttestationException {
        checkTimestamp(claims.timestamp(), now);
        if (nonce != null && !nonce.equals(claims.nonce())) {
            throw new AttestationException(Rule.NONCE, "it does not carry the expected nonce");
        }
        if (!debugAllowed && claims.pcrs().unmeasured()) {
            throw new AttestationException(Rule.DEBUG_MODE, "it is of an enclave in debug mode");
        }
        for (Map.Entry<Integer, Set<Bytes>> expected : pcrs.entrySet()) {
            int index = expected.getKey();
            if (claims.pcrs().get(index).filter(expected.getValue()::contains).isEmpty()) {
                throw new AttestationException(Rule.PCRS, "PCR" + index + " is not an expected one");
            }
        }
    }

    private void checkTimestamp(Instant timestamp, Instant now) throws AttestationException {
        if (timestamp.isAfter(now.plus(clockSkew))) {
            throw new AttestationException(Rule.TIMESTAMP, "it was made in the future");
        }
        if (timestamp.isBefore(now.minus(maxAge))) {
            throw new AttestationException(Rule.TIMESTAMP, "it is more than " + maxAge.toSeconds() + " s old");
        }
    }

    /** Collects a policy. */
    public static final class Builder {
        private final Duration maxAge;
        private final Map<Integer, Set<Bytes>> pcrs = new HashMap<>();
        private Duration clockSkew = Duration.ZERO;
        private @Nullable Bytes nonce;
        private boolean anyImage;
        private boolean debugAllowed;

        private Builder(Duration maxAge) {
            this.maxAge = maxAge;
        }

        /**
         * Wants one of these values in a register.
         *
         * @param values not empty
         * @throws IllegalArgumentException for a value that is all zero, which every unmeasured register holds
         */
        public Builder expectPcr(int index, Set<Bytes> values) {
            if (index < 0 || index > Pcrs.MAX_INDEX || values.isEmpty()) {
                throw new IllegalArgumentException("no values, or no such register: PCR" + index);
            }
            if (values.stream().anyMatch(Bytes::isZero)) {
                throw new IllegalArgumentException("PCR" + index + " is expected to be zero, which measures nothing");
            }
            pcrs.put(index, Set.copyOf(values));
            return this;
        }

        /** Accepts every image: for a verifier that decides by the registers later, as KMS does by its key policies. */
        public Builder anyImage() {
            anyImage = true;
            return this;
        }

        /** Wants this nonce. */
        public Builder nonce(Bytes expected) {
            nonce = expected;
            return this;
        }

        /** Takes documents whose timestamp is so far in the future; without it, none. */
        public Builder clockSkew(Duration allowed) {
            clockSkew = allowed;
            return this;
        }

        /** Accepts enclaves in debug mode, which the parent instance can read. */
        public Builder allowDebug() {
            debugAllowed = true;
            return this;
        }

        /**
         * The policy.
         *
         * @throws IllegalArgumentException when it identifies no image: neither PCR0, nor the signer in PCR8 with another
         *     register, is expected, and {@link #anyImage} was not called
         */
        public AttestationPolicy build() {
            boolean image = pcrs.containsKey(IMAGE_PCR) || (pcrs.containsKey(SIGNER_PCR) && pcrs.size() > 1);
            if (!image && !anyImage) {
                throw new IllegalArgumentException("the expected registers identify no image");
            }
            return new AttestationPolicy(this);
        }
    }
}
