package dev.cloister.image.sign;

import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.Pem;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Reads a P-384 private key from PEM, PKCS#8 or SEC 1. Its bytes are wiped when it has been read, and no message holds any
 * of them; the JDK's own key object cannot be wiped and goes with the process.
 */
final class PrivateKeyFile {
    /** AlgorithmIdentifier { id-ecPublicKey, secp384r1 }. */
    private static final byte[] P384_ALGORITHM = HexFormat.of().parseHex("301006072a8648ce3d020106052b81040022");

    private static final int P384_BITS = 384;
    private static final String HINT = "make one with 'openssl ecparam -name secp384r1 -genkey -noout'";

    private PrivateKeyFile() {}

    static ECPrivateKey read(Path file) throws IOException, SigningException {
        byte[] pem;
        try (InputStream in = Files.newInputStream(file)) {
            pem = in.readNBytes(Pem.MAX_SIZE);
        }
        try {
            return parse(pem);
        } finally {
            Arrays.fill(pem, (byte) 0);
        }
    }

    static ECPrivateKey parse(byte[] pem) throws SigningException {
        byte[] der = new byte[0];
        try {
            der = pkcs8(pem);
            ECPrivateKey key =
                    (ECPrivateKey) KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
            if (key.getParams().getOrder().bitLength() != P384_BITS) {
                throw new SigningException("the private key is not of P-384", HINT);
            }
            return key;
        } catch (GeneralSecurityException | RuntimeException e) {
            // Without the cause: what a parser says of a key may quote it.
            throw new SigningException("the private key cannot be read as one of P-384", HINT);
        } finally {
            Arrays.fill(der, (byte) 0);
        }
    }

    private static byte[] pkcs8(byte[] pem) throws SigningException {
        try {
            Optional<byte[]> pkcs8 = Pem.first("private key", "PRIVATE KEY", pem);
            if (pkcs8.isPresent()) {
                return pkcs8.get();
            }
            Optional<byte[]> sec1 = Pem.first("private key", "EC PRIVATE KEY", pem);
            if (sec1.isPresent()) {
                demandP384(sec1.get());
                return wrap(sec1.get());
            }
            boolean isEncrypted =
                    Pem.first("private key", "ENCRYPTED PRIVATE KEY", pem).isPresent();
            throw new SigningException(
                    isEncrypted ? "the private key is encrypted" : "no private key in the file",
                    isEncrypted ? "decrypt it with 'openssl pkey' into a file that only you can read" : HINT);
        } catch (FormatException e) {
            throw new SigningException(String.valueOf(e.getMessage()), HINT);
        }
    }

    /** The curve of a SEC 1 key is what we say it is, so its size has to be P-384's: SEQUENCE { 1, 48 bytes, … }. */
    private static void demandP384(byte[] sec1) throws SigningException {
        byte[] begin = {0x02, 0x01, 0x01, 0x04, P384_BITS / 8};
        int at = sec1.length > 1 && sec1[1] == (byte) 0x81 ? 3 : 2;
        boolean isP384 =
                sec1.length >= at + begin.length && Arrays.equals(sec1, at, at + begin.length, begin, 0, begin.length);
        if (!isP384) {
            Arrays.fill(sec1, (byte) 0);
            throw new SigningException("the private key is not of P-384", HINT);
        }
    }

    /** PrivateKeyInfo { version 0, P-384, the key }, as the JDK reads it. */
    private static byte[] wrap(byte[] sec1) {
        byte[] key = der(0x04, sec1);
        byte[] content = new byte[3 + P384_ALGORITHM.length + key.length];
        content[0] = 0x02;
        content[1] = 0x01;
        System.arraycopy(P384_ALGORITHM, 0, content, 3, P384_ALGORITHM.length);
        System.arraycopy(key, 0, content, 3 + P384_ALGORITHM.length, key.length);
        byte[] info = der(0x30, content);
        Arrays.fill(sec1, (byte) 0);
        Arrays.fill(key, (byte) 0);
        Arrays.fill(content, (byte) 0);
        return info;
    }

    private static byte[] der(int tag, byte[] content) {
        int length = content.length;
        byte[] head = length < 0x80
                ? new byte[] {(byte) tag, (byte) length}
                : new byte[] {(byte) tag, (byte) 0x82, (byte) (length >> 8), (byte) length};
        if (length >= 0x80 && length < 0x100) {
            head = new byte[] {(byte) tag, (byte) 0x81, (byte) length};
        }
        byte[] all = Arrays.copyOf(head, head.length + length);
        System.arraycopy(content, 0, all, head.length, length);
        return all;
    }
}
