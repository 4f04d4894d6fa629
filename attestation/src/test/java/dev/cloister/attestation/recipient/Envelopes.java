package dev.cloister.attestation.recipient;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.spec.MGF1ParameterSpec;
import java.util.Objects;
import javax.crypto.Cipher;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.BEROctetString;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.EncryptedContentInfo;
import org.bouncycastle.asn1.cms.EnvelopedData;
import org.bouncycastle.asn1.cms.KeyTransRecipientInfo;
import org.bouncycastle.asn1.cms.RecipientIdentifier;
import org.bouncycastle.asn1.cms.RecipientInfo;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAESOAEPparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.jspecify.annotations.Nullable;

/** Builds envelopes for a recipient that differ from KMS's in one thing. */
final class Envelopes {
    private static final OAEPParameterSpec SHA256_TWICE =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    ASN1ObjectIdentifier type = CMSObjectIdentifiers.envelopedData;
    ASN1ObjectIdentifier contentType = CMSObjectIdentifiers.data;
    ASN1ObjectIdentifier cipher = NISTObjectIdentifiers.id_aes256_CBC;
    ASN1ObjectIdentifier keyTransport = PKCSObjectIdentifiers.id_RSAES_OAEP;
    OAEPParameterSpec padding = SHA256_TWICE;
    AlgorithmIdentifier hash = sha256();
    AlgorithmIdentifier mask = new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, sha256());
    AlgorithmIdentifier label = RSAESOAEPparams.DEFAULT_P_SOURCE_ALGORITHM;
    byte[] contentKey = new byte[32];
    int recipients = 1;
    int ivLength = 16;
    boolean primitiveContent = false;
    byte @Nullable [] content;

    private final KeyPair pair;

    Envelopes(KeyPair pair) {
        this.pair = pair;
        new SecureRandom().nextBytes(contentKey);
    }

    byte[] seal(byte[] plaintext) throws Exception {
        byte[] iv = new byte[ivLength];
        byte[] encrypted = Objects.requireNonNullElse(content, encrypt(plaintext));
        ASN1OctetString octets = primitiveContent ? new DEROctetString(encrypted) : new BEROctetString(encrypted, 16);
        EncryptedContentInfo encryptedContent =
                new EncryptedContentInfo(contentType, new AlgorithmIdentifier(cipher, new DEROctetString(iv)), octets);
        ASN1EncodableVector infos = new ASN1EncodableVector();
        for (int i = 0; i < recipients; i++) {
            infos.add(recipient(i));
        }
        EnvelopedData data = new EnvelopedData(null, new DERSet(infos), encryptedContent, (ASN1Set) null);
        return new ContentInfo(type, data).getEncoded(primitiveContent ? ASN1Encoding.DER : ASN1Encoding.BER);
    }

    private RecipientInfo recipient(int number) throws GeneralSecurityException {
        Cipher rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
        rsa.init(Cipher.ENCRYPT_MODE, pair.getPublic(), padding);
        byte[] keyId = {(byte) number};
        return new RecipientInfo(new KeyTransRecipientInfo(
                new RecipientIdentifier(new DEROctetString(keyId)),
                new AlgorithmIdentifier(keyTransport, new RSAESOAEPparams(hash, mask, label)),
                new DEROctetString(rsa.doFinal(contentKey))));
    }

    private byte[] encrypt(byte[] plaintext) throws GeneralSecurityException {
        Cipher aes = Cipher.getInstance("AES/CBC/PKCS5Padding");
        aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(contentKey, "AES"), new IvParameterSpec(new byte[16]));
        return aes.doFinal(plaintext);
    }

    private static AlgorithmIdentifier sha256() {
        return new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256, DERNull.INSTANCE);
    }
}
