package dev.cloister.attestation.nsm;

import java.io.IOException;

/** The way to a security module: the device inside an enclave, or a stand-in for it. Safe for use by several threads. */
@FunctionalInterface
public interface NsmTransport {
    /**
     * Sends one request and waits for its response.
     *
     * @param request encoded, at most {@link NsmLimits#MAX_REQUEST} bytes
     * @return the encoded response, at most {@link NsmLimits#MAX_RESPONSE} bytes
     * @throws IOException when the module cannot be reached or gives no answer
     */
    byte[] exchange(byte[] request) throws IOException;
}
