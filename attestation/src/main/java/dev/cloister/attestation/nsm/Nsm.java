package dev.cloister.attestation.nsm;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.cbor.CborException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A client of a security module. Safe for use by several threads when its transport is. */
public final class Nsm {
    private final NsmTransport transport;

    public Nsm(NsmTransport transport) {
        this.transport = transport;
    }

    /**
     * Asks for a signed attestation document with these three fields in it.
     *
     * @param publicKey 1 to {@value NsmLimits#MAX_PUBLIC_KEY} bytes; for KMS the DER of an RSA SubjectPublicKeyInfo
     * @param nonce at most {@value NsmLimits#MAX_SENT_DATA} bytes
     * @param userData at most {@value NsmLimits#MAX_SENT_DATA} bytes
     * @throws IllegalArgumentException when a field is longer
     */
    public Bytes attest(@Nullable Bytes publicKey, @Nullable Bytes nonce, @Nullable Bytes userData)
            throws NsmException {
        requireAtMost(publicKey, NsmLimits.MAX_PUBLIC_KEY, "public key");
        requireAtMost(nonce, NsmLimits.MAX_SENT_DATA, "nonce");
        requireAtMost(userData, NsmLimits.MAX_SENT_DATA, "user data");
        NsmRequest request = new NsmRequest.Attestation(userData, nonce, publicKey);
        return call(request, NsmResponse.Attestation.class).document();
    }

    /** Random bytes from the module, {@value NsmLimits#RANDOM_LENGTH} of them on AWS's. */
    public Bytes random() throws NsmException {
        return call(new NsmRequest.GetRandom(), NsmResponse.GetRandom.class).random();
    }

    /** The module's version, id and registers. */
    public NsmResponse.DescribeNsm describe() throws NsmException {
        return call(new NsmRequest.DescribeNsm(), NsmResponse.DescribeNsm.class);
    }

    /** The value and the lock of one register. */
    public NsmResponse.DescribePcr pcr(int index) throws NsmException {
        return call(new NsmRequest.DescribePcr(index), NsmResponse.DescribePcr.class);
    }

    private <T extends NsmResponse> T call(NsmRequest request, Class<T> expected) throws NsmException {
        NsmResponse response = exchange(request);
        if (response instanceof NsmResponse.Failure(NsmError error)) {
            throw new NsmException(error);
        }
        if (!expected.isInstance(response)) {
            throw new NsmException("the security module answered another question", null);
        }
        return expected.cast(response);
    }

    private NsmResponse exchange(NsmRequest request) throws NsmException {
        byte[] encoded;
        try {
            encoded = transport.exchange(request.encode());
        } catch (IOException e) {
            throw new NsmException("the security module cannot be reached", e);
        }
        try {
            return NsmResponse.decode(encoded);
        } catch (CborException e) {
            throw new NsmException("the security module's answer is malformed", e);
        }
    }

    private static void requireAtMost(@Nullable Bytes value, int max, String what) {
        if (value != null && value.length() > max) {
            throw new IllegalArgumentException(what + " of " + value.length() + " bytes, more than " + max);
        }
    }
}
