package dev.cloister.image.audit;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A situation in which nobody should be able to decrypt, by what the condition keys on the attestation hold in it.
 *
 * @param phrase completes "may decrypt …"
 */
record World(Kind kind, String phrase, String image) {
    /** Hexadecimal digits of a register. */
    static final int DIGITS = 96;

    static final String ZERO = "0".repeat(DIGITS);

    /** {@code kms:RecipientAttestation:ImageSha384}, {@code :PCR0} and so on, in lower case. */
    static final String PREFIX = "kms:recipientattestation:";

    private static final Pattern PCR = Pattern.compile("pcr(0|[1-9][0-9]?)");
    private static final Pattern TPM_PCR = Pattern.compile("nitrotpmpcr(0|[1-9][0-9]?)");

    /** What sort of situation. */
    enum Kind {
        NO_ATTESTATION,
        /** Another application in the image, its kernel and init perhaps the same. */
        OTHER_APPLICATION,
        /** Another kernel or init, the application perhaps the same. */
        OTHER_BOOT,
        DEBUG_MODE,
        NITRO_TPM,
        /** An image that the policy names. */
        NAMED_IMAGE
    }

    static final World NO_ATTESTATION = new World(Kind.NO_ATTESTATION, "without any attestation", "");
    static final World OTHER_APPLICATION =
            new World(Kind.OTHER_APPLICATION, "with the attestation of an image that is not pinned", "");
    static final World OTHER_BOOT =
            new World(Kind.OTHER_BOOT, "with the attestation of an image that is not pinned", "");
    static final World DEBUG_MODE =
            new World(Kind.DEBUG_MODE, "from any enclave in debug mode, which the parent instance can read", "");
    static final World NITRO_TPM =
            new World(Kind.NITRO_TPM, "with the attestation of an EC2 instance instead of an enclave's", "");

    /** An enclave that runs this image. */
    static World of(String pcr0) {
        return new World(Kind.NAMED_IMAGE, "with the attestation of image " + pcr0, pcr0);
    }

    /** Whether a condition key is about an attestation at all. */
    static boolean isAttestation(String key) {
        return key.toLowerCase(Locale.ROOT).startsWith(PREFIX);
    }

    /** What a condition key on the attestation holds. */
    Register register(String key) {
        String name = key.toLowerCase(Locale.ROOT).substring(PREFIX.length());
        if (kind == Kind.NO_ATTESTATION) {
            return new Register.Absent();
        }
        if (TPM_PCR.matcher(name).matches()) {
            return kind == Kind.NITRO_TPM ? new Register.Anything() : new Register.Absent();
        }
        Matcher pcr = PCR.matcher(name);
        boolean isImage = name.equals("imagesha384");
        if ((!isImage && !pcr.matches()) || kind == Kind.NITRO_TPM) {
            return new Register.Absent();
        }
        return ofEnclave(isImage ? 0 : Integer.parseInt(pcr.group(1)));
    }

    private Register ofEnclave(int index) {
        return switch (kind) {
            case OTHER_APPLICATION -> index == 0 || index == 2 ? new Register.Unseen() : new Register.Anything();
            case OTHER_BOOT -> index == 0 || index == 1 ? new Register.Unseen() : new Register.Anything();
            case DEBUG_MODE -> index <= 2 || index == 8 ? new Register.Exactly(ZERO) : new Register.Anything();
            case NAMED_IMAGE -> index == 0 ? new Register.Exactly(image) : new Register.Anything();
            case NO_ATTESTATION, NITRO_TPM -> new Register.Absent();
        };
    }
}
