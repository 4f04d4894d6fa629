package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;

/** The roots under which AWS signs attestation documents. */
public final class NitroRoot {
    /**
     * SHA-256 of the DER of the certificate of {@code CN=aws.nitro-enclaves}, generation G1, valid until 2049-10-28, as
     * published in the AWS Nitro Enclaves user guide, "Verifying the root of trust".
     */
    public static final Bytes AWS_G1_SHA256 =
            Bytes.ofHex("641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b");

    private NitroRoot() {}
}
