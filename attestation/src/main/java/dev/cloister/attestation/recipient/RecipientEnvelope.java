package dev.cloister.attestation.recipient;

import dev.cloister.attestation.Bytes;
import java.io.IOException;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.EncryptedContentInfo;
import org.bouncycastle.asn1.cms.EnvelopedData;
import org.bouncycastle.asn1.cms.KeyTransRecipientInfo;
import org.bouncycastle.asn1.cms.RecipientInfo;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAESOAEPparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;

/**
 * The parts of a CiphertextForRecipient, a CMS EnvelopedData (RFC 5652, section 6) in BER.
 *
 * <p>Bouncy Castle parses it, since the JDK does not; the ciphers are the JDK's.
 *
 * @param wrappedKey the content key, under RSAES-OAEP with SHA-256 twice
 * @param iv 16 bytes
 * @param content AES-256-CBC with PKCS#7 padding, whole blocks, at least one
 */
record RecipientEnvelope(Bytes wrappedKey, Bytes iv, Bytes content) {
    private static final int BLOCK = 16;

    /** Reads an envelope for exactly one recipient, in the only algorithms KMS uses. */
    static RecipientEnvelope parse(byte[] encoded) throws RecipientException {
        try {
            ContentInfo info = ContentInfo.getInstance(ASN1Primitive.fromByteArray(encoded));
            require(info.getContentType().equals(CMSObjectIdentifiers.envelopedData));
            EnvelopedData data = EnvelopedData.getInstance(info.getContent());
            require(data.getOriginatorInfo() == null && data.getUnprotectedAttrs() == null);
            Bytes wrappedKey = wrappedKey(data.getRecipientInfos());

            EncryptedContentInfo encrypted = data.getEncryptedContentInfo();
            require(encrypted.getContentType().equals(CMSObjectIdentifiers.data));
            AlgorithmIdentifier cipher = encrypted.getContentEncryptionAlgorithm();
            require(cipher.getAlgorithm().equals(NISTObjectIdentifiers.id_aes256_CBC));
            byte[] iv = ASN1OctetString.getInstance(cipher.getParameters()).getOctets();
            byte[] content = encrypted.getEncryptedContent().getOctets();
            require(iv.length == BLOCK && content.length > 0 && content.length % BLOCK == 0);
            return new RecipientEnvelope(wrappedKey, Bytes.copyOf(iv), Bytes.copyOf(content));
        } catch (IOException | RuntimeException e) {
            // Bouncy Castle reports malformed input as IllegalArgument, IllegalState, ClassCast and NullPointer too.
            throw new RecipientException();
        }
    }

    private static Bytes wrappedKey(ASN1Set recipients) throws RecipientException {
        require(recipients.size() == 1);
        ASN1Encodable recipient =
                RecipientInfo.getInstance(recipients.getObjectAt(0)).getInfo();
        KeyTransRecipientInfo transport = KeyTransRecipientInfo.getInstance(recipient);
        AlgorithmIdentifier algorithm = transport.getKeyEncryptionAlgorithm();
        require(algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_RSAES_OAEP));
        requireSha256Twice(algorithm.getParameters());
        return Bytes.copyOf(transport.getEncryptedKey().getOctets());
    }

    private static void requireSha256Twice(ASN1Encodable encoded) throws RecipientException {
        RSAESOAEPparams parameters = RSAESOAEPparams.getInstance(encoded);
        ASN1ObjectIdentifier sha256 = NISTObjectIdentifiers.id_sha256;
        require(parameters.getHashAlgorithm().getAlgorithm().equals(sha256));

        AlgorithmIdentifier mask = parameters.getMaskGenAlgorithm();
        require(mask.getAlgorithm().equals(PKCSObjectIdentifiers.id_mgf1));
        require(AlgorithmIdentifier.getInstance(mask.getParameters())
                .getAlgorithm()
                .equals(sha256));

        AlgorithmIdentifier label = parameters.getPSourceAlgorithm();
        require(label.getAlgorithm().equals(PKCSObjectIdentifiers.id_pSpecified));
        require(ASN1OctetString.getInstance(label.getParameters()).getOctetsLength() == 0);
    }

    private static void require(boolean met) throws RecipientException {
        if (!met) {
            throw new RecipientException();
        }
    }
}
