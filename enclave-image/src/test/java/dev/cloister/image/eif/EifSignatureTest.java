package dev.cloister.image.eif;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.cloister.image.Vectors;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EifSignatureTest {
    private byte[] section = new byte[0];
    private Pcr pcr0 = new Pcr("0".repeat(96));

    @BeforeEach
    void readSignedVector() throws Exception {
        Path file = Vectors.folder("eif").resolve("signed.eif");
        try (EifFile eif = EifFile.open(file)) {
            section = ((FileRegion) eif.sections().getLast().data()).readAll(1 << 16);
            pcr0 = eif.measure().pcr0();
        }
    }

    @Test
    void signatureOfThisImage_holds() throws Exception {
        assertThat(EifSignature.parse(section).signs(pcr0)).isTrue();
    }

    @Test
    void signatureOfAnotherImage_doesNotHold() throws Exception {
        assertThat(EifSignature.parse(section).signs(new Pcr("0".repeat(96)))).isFalse();
    }

    @Test
    void anyChangedByte_isRefusedOrDoesNotHold() throws Exception {
        byte[] certificate = EifSignature.parse(section).certificateDer();
        for (int i = 0; i < section.length; i++) {
            byte[] changed = section.clone();
            changed[i] ^= 1;
            try {
                EifSignature signature = EifSignature.parse(changed);
                boolean isSameSigner = Arrays.equals(signature.certificateDer(), certificate);
                // White space and labels around the certificate are in no digest, so some changes have no effect.
                assertThat(isSameSigner && signature.signs(pcr0) && isInSignature(i))
                        .as("byte %d", i)
                        .isFalse();
            } catch (FormatException e) {
                assertThat(e).hasMessageStartingWith("eif: signature: ");
            }
        }
    }

    /** The COSE structure is the section's last part. */
    private boolean isInSignature(int index) {
        String text = ImagePath.latin1(section);
        return index > text.lastIndexOf("signature");
    }

    @Test
    void truncatedSection_isRefused() {
        for (int length = 0; length < section.length; length++) {
            byte[] cut = Arrays.copyOf(section, length);
            assertThatCode(() -> EifSignature.parse(cut)).isInstanceOf(FormatException.class);
        }
    }
}
