package dev.cloister.image.eif;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.Pem;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Any bytes are an image, a signature section or a certificate, or refused as none; what is read is written the same. */
class EifFuzzTest {
    private static final Pcr ZERO = new Pcr("0".repeat(96));

    @FuzzTest
    @SuppressWarnings("EmptyCatch") // Refusing is one of the two right outcomes.
    void image_isReadAndWrittenTheSameOrRefused(byte[] image) throws IOException {
        Path file = Files.createTempFile("fuzz", ".eif");
        Path copy = Files.createTempFile("fuzz", ".copy");
        try (EifFile eif = EifFile.open(Files.write(file, image));
                FileChannel out = FileChannel.open(copy, StandardOpenOption.WRITE)) {
            EifCheck check = eif.check();
            assertThat(EifWriter.write(out, eif.header(), eif.sections())).isEqualTo(check.measurements());
            if (check.crcMatches()) {
                assertThat(copy).hasBinaryContent(image);
            }
            eif.metadata();
        } catch (FormatException refused) {
        } finally {
            Files.delete(file);
            Files.delete(copy);
        }
    }

    @FuzzTest
    @SuppressWarnings("EmptyCatch")
    void signatureSection_isReadOrRefused(byte[] section) {
        try {
            EifSignature signature = EifSignature.parse(section);
            assertThat(signature.certificateDer()).isNotEmpty();
            signature.signs(ZERO);
        } catch (FormatException refused) {
        }
    }

    @FuzzTest
    @SuppressWarnings("EmptyCatch")
    void certificate_isReadOrRefused(byte[] pem) {
        try {
            assertThat(Pem.firstCertificate("fuzz", pem)).isNotNull();
        } catch (FormatException refused) {
        }
    }
}
