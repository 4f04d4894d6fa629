package dev.cloister.image.sign;

import dev.cloister.image.eif.EifFile;
import dev.cloister.image.eif.EifSection;
import dev.cloister.image.eif.EifSignature;
import dev.cloister.image.eif.EifWriter;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.eif.SectionType;
import dev.cloister.image.file.Content;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.Pem;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.crypto.digests.SHA384Digest;
import org.bouncycastle.crypto.ec.CustomNamedCurves;
import org.bouncycastle.crypto.params.ECDomainParameters;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.signers.ECDSASigner;
import org.bouncycastle.crypto.signers.HMacDSAKCalculator;
import org.bouncycastle.math.ec.ECPoint;

/**
 * Signs an image: PCR0 with ECDSA on P-384 and SHA-384. The nonce comes from key and message (RFC 6979), so the same image,
 * key and certificate give the same file.
 */
public final class ImageSigner {
    private static final int COORDINATE = 48;

    private final byte[] pem;
    private final X509Certificate certificate;
    private final ECPrivateKey key;

    private ImageSigner(byte[] pem, X509Certificate certificate, ECPrivateKey key) {
        this.pem = pem;
        this.certificate = certificate;
        this.key = key;
    }

    /**
     * Reads certificate and key.
     *
     * @param certificate PEM; the first certificate of the file counts
     * @param privateKey PEM, PKCS#8 or SEC 1
     * @param now the certificate has to be valid then, since nitro-cli runs no image whose certificate is not
     * @throws SigningException when the key is not the certificate's, is not of P-384, or the certificate is not valid
     */
    public static ImageSigner of(Path certificate, Path privateKey, Instant now)
            throws IOException, FormatException, SigningException {
        byte[] pem;
        try (InputStream in = Files.newInputStream(certificate)) {
            pem = in.readNBytes(Pem.MAX_SIZE);
        }
        X509Certificate first = Pem.firstCertificate(certificate.toString(), pem);
        if (now.isBefore(first.getNotBefore().toInstant())
                || now.isAfter(first.getNotAfter().toInstant())) {
            throw new SigningException(
                    "the certificate is valid from " + first.getNotBefore().toInstant() + " to "
                            + first.getNotAfter().toInstant() + ", which is not now",
                    "nitro-cli runs no image with such a certificate; make a new one");
        }
        return new ImageSigner(pem, first, PrivateKeyFile.read(privateKey)).checked();
    }

    private ImageSigner checked() throws SigningException {
        boolean isP384 = certificate.getPublicKey() instanceof ECPublicKey ec
                && ec.getParams().getOrder().equals(curve().getN())
                && key.getParams().getOrder().equals(curve().getN());
        if (!isP384) {
            throw new SigningException("the certificate's key is not of P-384", "make a certificate for a P-384 key");
        }
        ECPublicKey publicKey = (ECPublicKey) certificate.getPublicKey();
        ECPoint point = curve().getG().multiply(key.getS()).normalize();
        boolean matches =
                point.getAffineXCoord().toBigInteger().equals(publicKey.getW().getAffineX())
                        && point.getAffineYCoord()
                                .toBigInteger()
                                .equals(publicKey.getW().getAffineY());
        if (!matches) {
            throw new SigningException(
                    "the private key is not that of the certificate", "name the key that the certificate was made for");
        }
        return this;
    }

    /**
     * Writes a signed copy, in place of any file of that name, and only when it is complete.
     *
     * @param replace whether a signature that is there may go; otherwise a signed image is refused
     * @return the registers, PCR8 among them
     */
    public Measurements sign(Path image, Path output, boolean replace)
            throws IOException, FormatException, SigningException {
        Path partial = output.resolveSibling("." + output.getFileName() + "." + UUID.randomUUID() + ".part");
        partial.toFile().deleteOnExit();
        try (EifFile eif = EifFile.open(image)) {
            if (eif.isSigned() && !replace) {
                throw new SigningException(image + " is signed already", "add --replace to sign it anew");
            }
            List<EifSection> sections = new ArrayList<>(eif.sections());
            sections.removeIf(section -> section.type() == SectionType.SIGNATURE);
            EifSignature.Unsigned unsigned = EifSignature.of(eif.measure().pcr0());
            byte[] section = unsigned.signed(pem, signature(unsigned.toBeSigned()));
            sections.add(new EifSection(SectionType.SIGNATURE, Content.of(section)));
            Measurements measurements;
            try (FileChannel out = FileChannel.open(partial, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                measurements = EifWriter.write(out, eif.header(), sections);
            }
            Files.move(partial, output, StandardCopyOption.ATOMIC_MOVE);
            return measurements;
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private byte[] signature(byte[] message) {
        X9ECParameters curve = curve();
        ECDomainParameters domain = new ECDomainParameters(curve.getCurve(), curve.getG(), curve.getN(), curve.getH());
        ECDSASigner signer = new ECDSASigner(new HMacDSAKCalculator(new SHA384Digest()));
        signer.init(true, new ECPrivateKeyParameters(key.getS(), domain));
        SHA384Digest digest = new SHA384Digest();
        digest.update(message, 0, message.length);
        byte[] hash = new byte[digest.getDigestSize()];
        digest.doFinal(hash, 0);
        BigInteger[] parts = signer.generateSignature(hash);
        byte[] signature = Arrays.copyOf(fixed(parts[0]), 2 * COORDINATE);
        System.arraycopy(fixed(parts[1]), 0, signature, COORDINATE, COORDINATE);
        return signature;
    }

    /** Big-endian, of the curve's width. */
    private static byte[] fixed(BigInteger value) {
        byte[] bytes = value.toByteArray();
        byte[] fixed = new byte[COORDINATE];
        int length = Math.min(COORDINATE, bytes.length);
        System.arraycopy(bytes, bytes.length - length, fixed, COORDINATE - length, length);
        return fixed;
    }

    private static X9ECParameters curve() {
        return CustomNamedCurves.getByName("P-384");
    }
}
