package dev.cloister.image.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.image.Commands;
import dev.cloister.image.Vectors;
import dev.cloister.image.eif.TestImages;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused before KMS is called; there is none here. */
class PinCommandTest {
    @TempDir
    Path folder;

    @Test
    void imageWithAWrongChecksum_isNotPinned() throws Exception {
        byte[] image = Files.readAllBytes(Vectors.folder("eif").resolve("two-ramdisks.eif"));
        image[700] ^= 1;
        assertThat(pin(image).err()).contains("the checksum does not match the contents");
    }

    @Test
    void imageWithAWrongSignature_isNotPinned() throws Exception {
        byte[] image = Files.readAllBytes(Vectors.folder("eif").resolve("signed.eif"));
        image[image.length - 1] ^= 1;
        TestImages.fixChecksum(image);
        assertThat(pin(image).err()).contains("the signature of", "is wrong");
    }

    private Commands pin(byte[] image) throws Exception {
        Path file = Files.write(folder.resolve("image.eif"), image);
        String role = "arn:aws:iam::111122223333:role/EnclaveHost";
        Commands run = Commands.run(
                new KeyCommand(), "pin", "-k", "alias/enclavekey", "--image", file.toString(), "--for", role);
        assertThat(run.status()).isEqualTo(1);
        return run;
    }
}
