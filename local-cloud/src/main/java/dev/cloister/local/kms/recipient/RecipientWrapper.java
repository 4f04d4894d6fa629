package dev.cloister.local.kms.recipient;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAESOAEPparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** Encrypts for the public key of an attestation document as KMS does: the other half of {@code RecipientKey}. */
public final class RecipientWrapper {
    private static final int KEY_BITS = 2048;
    private static final AlgorithmIdentifier SHA256 =
            new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE);
    private static final AlgorithmIdentifier OAEP_SHA256_TWICE = new AlgorithmIdentifier(
            PKCSObjectIdentifiers.id_RSAES_OAEP,
            new RSAESOAEPparams(
                    SHA256,
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, SHA256),
                    RSAESOAEPparams.DEFAULT_P_SOURCE_ALGORITHM));

    /** Passed wherever it is needed and never installed, so that it changes nothing for the rest of the process. */
    private final Provider bouncyCastle = new BouncyCastleProvider();

    private final SecureRandom random;

    public RecipientWrapper(SecureRandom random) {
        this.random = random;
    }

    /**
     * Encrypts for a recipient.
     *
     * @param plaintext not kept; for its caller to wipe
     * @param publicKey the DER of an RSA SubjectPublicKeyInfo of 2048 bits
     * @return a CiphertextForRecipient: CMS EnvelopedData in BER
     * @throws GeneralSecurityException when the public key is not such a key
     */
    public byte[] wrap(byte[] plaintext, byte[] publicKey) throws GeneralSecurityException {
        RSAPublicKey key = parse(publicKey);
        // Real key ids have 32 bytes too; what they are made from is not documented, and nobody reads them.
        byte[] keyId = MessageDigest.getInstance("SHA-256").digest(publicKey);
        CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
        generator.addRecipientInfoGenerator(
                new JceKeyTransRecipientInfoGenerator(keyId, OAEP_SHA256_TWICE, key).setProvider(bouncyCastle));
        try {
            return generator
                    .generate(
                            new CMSProcessableByteArray(plaintext),
                            new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC)
                                    .setProvider(bouncyCastle)
                                    .setSecureRandom(random)
                                    .build())
                    .getEncoded();
        } catch (CMSException | IOException e) {
            throw new IllegalStateException("cannot encrypt for the recipient", e);
        }
    }

    private static RSAPublicKey parse(byte[] publicKey) throws GeneralSecurityException {
        RSAPublicKey key =
                (RSAPublicKey) KeyFactory.getInstance("RSA").generatePublic(new X509EncodedKeySpec(publicKey));
        if (key.getModulus().bitLength() != KEY_BITS) {
            throw new GeneralSecurityException("not an RSA key of " + KEY_BITS + " bits");
        }
        if (!Arrays.equals(key.getEncoded(), publicKey)) {
            throw new GeneralSecurityException("not the DER of one SubjectPublicKeyInfo");
        }
        return key;
    }
}
