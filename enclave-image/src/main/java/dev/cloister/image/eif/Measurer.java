package dev.cloister.image.eif;

import dev.cloister.image.file.FormatException;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * Takes the bytes of a file in order and computes its checksum and PCRs, each PCR being
 * {@code H(0^48 ‖ H(content))} with SHA-384. Metadata, signature and headers are in the checksum and in no PCR.
 */
final class Measurer {
    private static final int DIGEST_SIZE = 48;

    private final CRC32 crc = new CRC32();
    private final MessageDigest all;
    private final MessageDigest application;
    private final ByteArrayOutputStream signature = new ByteArrayOutputStream();
    private byte[] boot = new byte[0];
    private SectionType section = SectionType.METADATA;
    private int ramdisks;

    Measurer() {
        this.all = sha384();
        this.application = sha384();
    }

    /** Bytes of a header: in the checksum only. */
    void header(byte[] bytes, int length) {
        crc.update(bytes, 0, length);
    }

    void begin(SectionType type) {
        section = type;
        if (type == SectionType.RAMDISK && ++ramdisks == 2) {
            boot = digestSoFar();
        }
    }

    /** The next bytes of the section that began last. */
    void data(byte[] bytes, int from, int length) {
        toEverything(bytes, from, length);
        toTheRest(bytes, from, length);
    }

    /** One half of {@link #data}: what PCR0 and PCR1 measure. The two may run at the same time. */
    void toEverything(byte[] bytes, int from, int length) {
        switch (section) {
            case KERNEL, CMDLINE, RAMDISK -> all.update(bytes, from, length);
            case SIGNATURE, METADATA -> {}
        }
    }

    /** The other half: what PCR2 measures, the checksum, the signature. */
    void toTheRest(byte[] bytes, int from, int length) {
        crc.update(bytes, from, length);
        switch (section) {
            case RAMDISK -> {
                if (ramdisks > 1) {
                    application.update(bytes, from, length);
                }
            }
            case SIGNATURE -> signature.write(bytes, from, length);
            case KERNEL, CMDLINE, METADATA -> {}
        }
    }

    int crc() {
        return (int) crc.getValue();
    }

    /**
     * The registers, once all bytes have been given.
     *
     * @throws FormatException when there is a signature section and it cannot be read
     */
    Measurements finish() throws FormatException {
        byte[] everything = digestSoFar();
        Optional<Pcr> signer = signature.size() == 0
                ? Optional.empty()
                : Optional.of(extend(sha384().digest(
                                EifSignature.parse(signature.toByteArray()).certificateDer())));
        return new Measurements(
                extend(everything), extend(ramdisks > 1 ? boot : everything), extend(application.digest()), signer);
    }

    private byte[] digestSoFar() {
        try {
            return ((MessageDigest) all.clone()).digest();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the SHA-384 of this Java runtime cannot be cloned", e);
        }
    }

    private static Pcr extend(byte[] digest) {
        MessageDigest extended = sha384();
        extended.update(new byte[DIGEST_SIZE]);
        return Pcr.of(extended.digest(digest));
    }

    private static MessageDigest sha384() {
        try {
            return MessageDigest.getInstance("SHA-384");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this Java runtime has no SHA-384", e);
        }
    }
}
