package dev.cloister.local.nsm;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.cbor.CborException;
import dev.cloister.attestation.document.AttestationClaims;
import dev.cloister.attestation.document.AttestationDocumentWriter;
import dev.cloister.attestation.document.Pcrs;
import dev.cloister.attestation.nsm.NsmError;
import dev.cloister.attestation.nsm.NsmLimits;
import dev.cloister.attestation.nsm.NsmRequest;
import dev.cloister.attestation.nsm.NsmResponse;
import dev.cloister.attestation.nsm.NsmTransport;
import java.security.InvalidKeyException;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A security module in memory.
 *
 * <p>It answers every request as the device does, and signs its documents under a {@link LocalAttestationAuthority}. What
 * it lacks: nothing keeps its own registers from whoever runs this process. Calls are answered one at a time.
 */
public final class LocalNsm implements NsmTransport {
    private static final Instant NEVER = Instant.MIN;

    private final String moduleId;
    private final PcrBank pcrs;
    private final LocalAttestationAuthority authority;
    private final InstantSource clock;
    private final SecureRandom random;

    private @Nullable AttestationDocumentWriter writer;
    private Instant renewal = NEVER;

    /**
     * A module of an enclave that was just started. Registers 0 to 15 are locked.
     *
     * @param moduleId the instance's id, {@code -enc} and the enclave's number; at most 48 characters
     * @param measured the registers that are not zero, 48 bytes each; none of 0, 1, 2 and 8 in debug mode
     */
    public LocalNsm(
            String moduleId,
            Map<Integer, Bytes> measured,
            LocalAttestationAuthority authority,
            InstantSource clock,
            SecureRandom random) {
        this.moduleId = moduleId;
        this.pcrs = new PcrBank(measured);
        this.authority = authority;
        this.clock = clock;
        this.random = random;
    }

    @Override
    public synchronized byte[] exchange(byte[] request) {
        return answer(request).encode();
    }

    private NsmResponse answer(byte[] encoded) {
        if (encoded.length > NsmLimits.MAX_REQUEST) {
            return new NsmResponse.Failure(NsmError.INPUT_TOO_LARGE);
        }
        NsmRequest request;
        try {
            request = NsmRequest.decode(encoded);
        } catch (CborException e) {
            return new NsmResponse.Failure(NsmError.INVALID_OPERATION);
        }
        return switch (request) {
            case NsmRequest.DescribeNsm() ->
                new NsmResponse.DescribeNsm(
                        1, 0, 0, moduleId, NsmLimits.PCR_COUNT, pcrs.lockedIndexes(), NsmLimits.DIGEST);
            case NsmRequest.DescribePcr(int index) -> pcrs.describe(index);
            case NsmRequest.ExtendPcr(int index, Bytes data) -> pcrs.extend(index, data);
            case NsmRequest.LockPcr(int index) -> pcrs.lock(index);
            case NsmRequest.LockPcrs(int range) -> pcrs.lockRange(range);
            case NsmRequest.Attestation attestation -> attest(attestation);
            case NsmRequest.GetRandom() -> new NsmResponse.GetRandom(randomBytes());
        };
    }

    private NsmResponse attest(NsmRequest.Attestation request) {
        if (longerThan(NsmLimits.MAX_PUBLIC_KEY, request.publicKey())
                || longerThan(NsmLimits.MAX_ACCEPTED_DATA, request.userData())
                || longerThan(NsmLimits.MAX_ACCEPTED_DATA, request.nonce())) {
            return new NsmResponse.Failure(NsmError.INPUT_TOO_LARGE);
        }
        if (request.publicKey() != null && request.publicKey().length() == 0) {
            return new NsmResponse.Failure(NsmError.INVALID_ARGUMENT);
        }
        Instant now = clock.instant();
        AttestationClaims claims = new AttestationClaims(
                moduleId, now, new Pcrs(pcrs.lockedValues()), request.publicKey(), request.userData(), request.nonce());
        try {
            return new NsmResponse.Attestation(Bytes.copyOf(writerAt(now).write(claims)));
        } catch (InvalidKeyException e) {
            return new NsmResponse.Failure(NsmError.INTERNAL_ERROR);
        }
    }

    /** The current leaf's writer, or a new one's past two thirds of the leaf's life. */
    private AttestationDocumentWriter writerAt(Instant now) {
        AttestationDocumentWriter current = writer;
        if (current == null || !now.isBefore(renewal)) {
            current = authority.issue(moduleId, now);
            writer = current;
            renewal =
                    now.plus(LocalAttestationAuthority.LEAF_LIFE.multipliedBy(2).dividedBy(3));
        }
        return current;
    }

    private Bytes randomBytes() {
        byte[] bytes = new byte[NsmLimits.RANDOM_LENGTH];
        random.nextBytes(bytes);
        return Bytes.copyOf(bytes);
    }

    private static boolean longerThan(int max, @Nullable Bytes value) {
        return value != null && value.length() > max;
    }
}
