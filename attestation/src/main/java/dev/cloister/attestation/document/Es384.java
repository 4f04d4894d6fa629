package dev.cloister.attestation.document;

import dev.cloister.attestation.Bytes;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.ECKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;

/** ECDSA on P-384 with SHA-384, signatures as r and s of 48 bytes each. */
final class Es384 {
    static final int SIGNATURE_LENGTH = 96;

    private static final String JCA_NAME = "SHA384withECDSAinP1363Format";
    private static final ECParameterSpec P384 = p384();

    private Es384() {}

    static Bytes sign(PrivateKey key, byte[] message) throws InvalidKeyException {
        if (!(key instanceof ECKey ec && isP384(ec))) {
            throw new InvalidKeyException("not a P-384 key");
        }
        try {
            Signature signature = Signature.getInstance(JCA_NAME);
            signature.initSign(key);
            signature.update(message);
            return Bytes.copyOf(signature.sign());
        } catch (InvalidKeyException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime signs with P-384", e);
        }
    }

    static boolean verify(PublicKey key, byte[] message, Bytes signature) {
        try {
            Signature verifier = Signature.getInstance(JCA_NAME);
            verifier.initVerify(key);
            verifier.update(message);
            return verifier.verify(signature.toArray());
        } catch (SignatureException | InvalidKeyException e) {
            return false;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime verifies P-384", e);
        }
    }

    static boolean isP384(PublicKey key) {
        return key instanceof ECPublicKey ec && isP384((ECKey) ec);
    }

    private static boolean isP384(ECKey key) {
        ECParameterSpec curve = key.getParams();
        return curve.getCurve().equals(P384.getCurve())
                && curve.getGenerator().equals(P384.getGenerator())
                && curve.getOrder().equals(P384.getOrder())
                && curve.getCofactor() == P384.getCofactor();
    }

    private static ECParameterSpec p384() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp384r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java runtime knows P-384", e);
        }
    }
}
