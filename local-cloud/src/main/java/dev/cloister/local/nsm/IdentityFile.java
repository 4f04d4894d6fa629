package dev.cloister.local.nsm;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import org.bouncycastle.util.io.pem.PemObject;
import org.bouncycastle.util.io.pem.PemReader;
import org.bouncycastle.util.io.pem.PemWriter;
import org.jspecify.annotations.Nullable;

/** A key and its certificate in one PEM file. */
final class IdentityFile {
    private static final int MAX_LENGTH = 16_384;
    private static final String KEY_TYPE = "PRIVATE KEY";
    private static final String CERTIFICATE_TYPE = "CERTIFICATE";

    private IdentityFile() {}

    static void write(Path file, SigningIdentity identity) throws IOException {
        StringWriter text = new StringWriter();
        try (PemWriter pem = new PemWriter(text)) {
            pem.writeObject(new PemObject(KEY_TYPE, identity.key().getEncoded()));
            pem.writeObject(new PemObject(CERTIFICATE_TYPE, identity.der().toArray()));
        }
        Path directory = file.toAbsolutePath().getParent();
        // A temporary file is its owner's alone from the start.
        Path temporary = Files.createTempFile(directory, file.getFileName().toString(), ".new");
        try {
            Files.writeString(temporary, text.toString());
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    static SigningIdentity read(Path file) throws IOException {
        byte[] content;
        try (InputStream in = Files.newInputStream(file)) {
            content = in.readNBytes(MAX_LENGTH);
        }
        try (PemReader pem = new PemReader(new StringReader(new String(content, StandardCharsets.US_ASCII)))) {
            byte[] key = next(pem, KEY_TYPE);
            byte[] certificate = next(pem, CERTIFICATE_TYPE);
            return identity(key, certificate);
        } catch (GeneralSecurityException | IOException e) {
            throw new IOException("not a key and its certificate in PEM: " + file, e);
        }
    }

    private static byte[] next(PemReader pem, String type) throws IOException {
        @Nullable PemObject object = pem.readPemObject();
        if (object == null || !object.getType().equals(type)) {
            throw new IOException("no " + type);
        }
        return object.getContent();
    }

    private static SigningIdentity identity(byte[] key, byte[] certificate) throws GeneralSecurityException {
        PrivateKey privateKey = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(key));
        X509Certificate parsed = (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(certificate));
        Signature signature = Signature.getInstance("SHA384withECDSA");
        signature.initSign(privateKey);
        signature.update(certificate);
        byte[] signed = signature.sign();
        signature.initVerify(parsed);
        signature.update(certificate);
        if (!signature.verify(signed)) {
            throw new GeneralSecurityException("the certificate is for another key");
        }
        return new SigningIdentity(privateKey, parsed);
    }
}
