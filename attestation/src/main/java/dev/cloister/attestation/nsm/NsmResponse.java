package dev.cloister.attestation.nsm;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.cbor.CborException;
import java.util.List;

/** What a security module answers. */
public sealed interface NsmResponse {

    /**
     * The module itself.
     *
     * @param moduleId the instance's id, {@code -enc} and the enclave's number
     * @param lockedPcrs the registers that are read-only, in ascending order
     * @param digest the digest of all registers, {@code SHA384}
     */
    record DescribeNsm(
            int versionMajor,
            int versionMinor,
            int versionPatch,
            String moduleId,
            int maxPcrs,
            List<Integer> lockedPcrs,
            String digest)
            implements NsmResponse {
        public DescribeNsm {
            lockedPcrs = List.copyOf(lockedPcrs);
        }
    }

    /** One register. */
    record DescribePcr(boolean locked, Bytes value) implements NsmResponse {}

    /** The value of the register that was extended. */
    record ExtendPcr(Bytes value) implements NsmResponse {}

    record LockPcr() implements NsmResponse {}

    record LockPcrs() implements NsmResponse {}

    /** A signed attestation document. */
    record Attestation(Bytes document) implements NsmResponse {}

    record GetRandom(Bytes random) implements NsmResponse {}

    /** The request was not carried out. */
    record Failure(NsmError error) implements NsmResponse {}

    default byte[] encode() {
        return NsmResponseCodec.encode(this);
    }

    /**
     * Reads a response as an enclave does. Fields this version does not know are passed over.
     *
     * @throws CborException when it is malformed or of an unknown kind
     */
    static NsmResponse decode(byte[] encoded) throws CborException {
        return NsmResponseCodec.decode(encoded);
    }
}
