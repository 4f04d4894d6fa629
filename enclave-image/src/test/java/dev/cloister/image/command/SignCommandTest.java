package dev.cloister.image.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.image.Commands;
import dev.cloister.image.Vectors;
import dev.cloister.image.eif.EifFile;
import dev.cloister.image.eif.TestImages;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class SignCommandTest {
    @TempDir
    Path folder;

    @Test
    void unsignedVector_isSignedAsTheSignedOneIs() throws Exception {
        Path signed = folder.resolve("signed.eif");
        Commands run = sign(vector("two-ramdisks.eif"), vector("signing-cert.pem"), vector("signing-key.pem"), signed);
        assertThat(run.status()).as(run.err()).isZero();
        JsonNode expected =
                JsonMapper.shared().readTree(vector("expected.json")).path("signed");
        assertThat(run.out())
                .contains(
                        "PCR0 " + expected.path("PCR0").asString(),
                        "PCR8 " + expected.path("PCR8").asString());
        try (EifFile eif = EifFile.open(signed);
                EifFile vector = EifFile.open(vector("signed.eif"))) {
            assertThat(eif.signature().signs(eif.measure().pcr0())).isTrue();
            assertThat(eif.measure()).isEqualTo(vector.measure());
            assertThat(eif.signature().certificate())
                    .isEqualTo(vector.signature().certificate());
        }
        assertThat(Commands.run(new ImageCommand(), "describe", signed.toString())
                        .out())
                .contains("checksum      right", "signature     right, by ");
    }

    @Test
    void sameKeyAndImage_giveTheSameFile() throws Exception {
        Path one = folder.resolve("one.eif");
        Path two = folder.resolve("two.eif");
        sign(vector("two-ramdisks.eif"), vector("signing-cert.pem"), vector("signing-key.pem"), one);
        sign(vector("two-ramdisks.eif"), vector("signing-cert.pem"), vector("signing-key.pem"), two);
        assertThat(one).hasSameBinaryContentAs(two);
        assertThat(two).isRegularFile();
    }

    @Test
    void pkcs8Key_signsAsTheSameKeyInSec1() throws Exception {
        String openssl = "openssl pkcs8 -topk8 -nocrypt -in " + vector("signing-key.pem") + " -out "
                + folder.resolve("pkcs8.pem");
        assumeTrue(shell(openssl) == 0, "openssl is missing");
        Path one = folder.resolve("one.eif");
        Path two = folder.resolve("two.eif");
        sign(vector("two-ramdisks.eif"), vector("signing-cert.pem"), vector("signing-key.pem"), one);
        Commands run = sign(vector("two-ramdisks.eif"), vector("signing-cert.pem"), folder.resolve("pkcs8.pem"), two);
        assertThat(run.status()).as(run.err()).isZero();
        assertThat(one).hasSameBinaryContentAs(two);
    }

    @Test
    void signedImage_isSignedAnewOnlyWhenThatIsAskedFor() throws Exception {
        Path image = Files.copy(vector("signed.eif"), folder.resolve("image.eif"));
        Commands refused = sign(image, vector("signing-cert.pem"), vector("signing-key.pem"), image);
        assertThat(refused.status()).isEqualTo(1);
        assertThat(refused.err()).contains("is signed already", "--replace");
        assertThat(image).hasSameBinaryContentAs(vector("signed.eif"));
        Commands replaced = Commands.run(
                new ImageCommand(),
                "sign",
                image.toString(),
                "--signing-certificate",
                vector("signing-cert.pem").toString(),
                "--private-key",
                vector("signing-key.pem").toString(),
                "--replace",
                "--json");
        assertThat(replaced.status()).as(replaced.err()).isZero();
        assertThat(JsonMapper.shared()
                        .readTree(replaced.out())
                        .path("Measurements")
                        .path("PCR8")
                        .asString())
                .hasSize(96);
    }

    @Test
    void keyOfAnother_isRefusedAndLeavesNoFile() throws Exception {
        String make = "openssl ecparam -name secp384r1 -genkey -noout -out " + folder.resolve("other.pem")
                + " && openssl ecparam -name prime256v1 -genkey -noout -out " + folder.resolve("p256.pem");
        assumeTrue(shell(make) == 0, "openssl is missing");
        refused(vector("signing-cert.pem"), folder.resolve("other.pem"), "not that of the certificate");
        refused(vector("signing-cert.pem"), folder.resolve("p256.pem"), "P-384");
        refused(vector("signing-key.pem"), vector("signing-key.pem"), "no certificate in PEM");
        refused(vector("signing-cert.pem"), vector("signing-cert.pem"), "no private key in the file");
    }

    @Test
    void expiredCertificate_isRefused() throws Exception {
        refused(own("expired-cert.pem"), own("expired-key.pem"), "is not now");
    }

    @Test
    void brokenKey_isRefusedWithoutQuotingIt() throws Exception {
        String pem = Files.readString(vector("signing-key.pem"), StandardCharsets.US_ASCII);
        String body = pem.lines().skip(1).findFirst().orElseThrow();
        for (String broken : new String[] {
            pem.replace(body, body.substring(4)),
            pem.replace("EC PRIVATE", "PRIVATE"),
            pem.replace("EC PRIVATE", "ENCRYPTED PRIVATE"),
            pem.replace(body, "!" + body),
            pem.substring(0, 100),
            ""
        }) {
            Path key = Files.writeString(folder.resolve("key.pem"), broken);
            Commands run = refused(vector("signing-cert.pem"), key, "private key");
            assertThat(run.err()).doesNotContain(body.substring(8, 24)).doesNotContain("Exception");
        }
    }

    @Test
    void imageWithAWrongChecksum_isNotSigned() throws Exception {
        byte[] bytes = Files.readAllBytes(vector("two-ramdisks.eif"));
        bytes[700] ^= 1;
        Path image = Files.write(folder.resolve("image.eif"), bytes);
        Commands run = sign(image, vector("signing-cert.pem"), vector("signing-key.pem"), image);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("the checksum does not match");
        assertThat(Files.readAllBytes(image)).isEqualTo(bytes);
    }

    private Commands refused(Path certificate, Path key, String fault) throws Exception {
        Path output = folder.resolve("output.eif");
        Path image = TestImages.write(folder.resolve("image.eif"), TestImages.sections());
        Commands run = sign(image, certificate, key, output);
        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains(fault);
        assertThat(output).doesNotExist();
        assertThat(folder).isDirectoryNotContaining(file -> file.toString().endsWith(".part"));
        return run;
    }

    private static Commands sign(Path image, Path certificate, Path key, Path output) {
        return Commands.run(
                new ImageCommand(),
                "sign",
                image.toString(),
                "--signing-certificate",
                certificate.toString(),
                "--private-key",
                key.toString(),
                "-o",
                output.toString());
    }

    private static Path vector(String name) {
        return Vectors.folder("eif").resolve(name);
    }

    private Path own(String name) throws Exception {
        try (InputStream in = SignCommandTest.class.getResourceAsStream(name)) {
            return Files.write(
                    folder.resolve(name), Objects.requireNonNull(in, name).readAllBytes());
        }
    }

    private static int shell(String command) throws Exception {
        return new ProcessBuilder("sh", "-c", command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }
}
