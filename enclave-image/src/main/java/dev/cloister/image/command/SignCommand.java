package dev.cloister.image.command;

import dev.cloister.cli.Json;
import dev.cloister.image.eif.Measurements;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.sign.ImageSigner;
import dev.cloister.image.sign.SigningException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "sign",
        description =
                "Sign an image, so that its certificate is measured into PCR8. The other registers stay as they are.",
        sortOptions = false)
final class SignCommand extends Task {
    @Parameters(paramLabel = "IMAGE", description = "The image.")
    Path image = Path.of("");

    @Option(
            names = "--signing-certificate",
            paramLabel = "PEM",
            required = true,
            description = "The certificate, of P-384.")
    Path certificate = Path.of("");

    @Option(
            names = "--private-key",
            paramLabel = "PEM",
            required = true,
            description = "Its private key, PKCS#8 or SEC 1, not encrypted.")
    Path privateKey = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "The signed image to write [in place of IMAGE].")
    @Nullable
    Path output;

    @Option(names = "--replace", description = "Take a signature away that is there already.")
    boolean replace;

    @Override
    void execute() throws FormatException, SigningException, IOException {
        ImageSigner signer = ImageSigner.of(certificate, privateKey, Instant.now());
        Measurements measurements = signer.sign(image, output == null ? image : output, replace);
        if (common.json()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("Measurements", measurements.toMap());
            System.out.println(Json.write(result));
            return;
        }
        measurements.toMap().forEach((name, value) -> {
            if (name.startsWith("PCR")) {
                System.out.println(name + " " + value);
            }
        });
    }
}
