import dev.cloister.envelope.DataKey;
import dev.cloister.envelope.EncryptedDataKey;
import dev.cloister.envelope.EncryptionContext;
import dev.cloister.envelope.Envelope;
import dev.cloister.envelope.EnvelopeHeader;
import dev.cloister.envelope.EnvelopeWriter;
import dev.cloister.envelope.KmsKeyArn;
import dev.cloister.envelope.archive.ArchiveLimits;
import dev.cloister.envelope.archive.SourceTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Packages and unpacks with a data key from a file, so that the measurement needs no KMS. */
final class PackageTool {
    private static final EnvelopeHeader HEADER = new EnvelopeHeader(
            new KmsKeyArn("arn:aws:kms:eu-central-1:111122223333:key/00000000-0000-0000-0000-000000000000"),
            EncryptedDataKey.copyOf(new byte[184]),
            EncryptionContext.of("bench", "1"));

    private PackageTool() {}

    public static void main(String[] args) throws IOException {
        Path from = Path.of(args[2]);
        Path to = Path.of(args[3]);
        try (DataKey key = DataKey.copyOf(Files.readAllBytes(Path.of(args[1])))) {
            switch (args[0]) {
                case "encrypt" -> {
                    try (OutputStream out = Files.newOutputStream(to)) {
                        EnvelopeWriter.write(HEADER, key, SourceTree.scan(from), out, n -> {});
                    }
                }
                case "decrypt" -> {
                    try (InputStream in = Files.newInputStream(from)) {
                        Envelope.open(in).unpack(key, to, new ArchiveLimits(1_000_000, 1L << 40));
                    }
                }
                default -> throw new IllegalArgumentException("encrypt or decrypt");
            }
        }
    }
}
