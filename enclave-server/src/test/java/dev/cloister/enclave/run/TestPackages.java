package dev.cloister.enclave.run;

import dev.cloister.enclave.kms.DataKeys;
import dev.cloister.envelope.DataKey;
import dev.cloister.envelope.EncryptedDataKey;
import dev.cloister.envelope.EncryptionContext;
import dev.cloister.envelope.EnvelopeHeader;
import dev.cloister.envelope.EnvelopeWriter;
import dev.cloister.envelope.KmsKeyArn;
import dev.cloister.envelope.archive.SourceTree;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;

/** Seals packages for tests in which KMS is not the subject: the "encrypted" data key is the data key itself. */
final class TestPackages {
    private static final KmsKeyArn KEY =
            new KmsKeyArn("arn:aws:kms:eu-central-1:111122223333:key/12345678-1234-1234-1234-123456789012");

    private TestPackages() {}

    /** Hands out what the header holds. */
    static DataKeys keys() {
        return (key, credentials, phases) -> {
            byte[] secret = key.encryptedDataKey().toBytes();
            DataKey dataKey = DataKey.copyOf(Arrays.copyOf(secret, DataKey.LENGTH));
            phases.lap("kms");
            return dataKey;
        };
    }

    static void seal(Path directory, Path target) throws IOException {
        byte[] secret = new byte[DataKey.LENGTH];
        new SecureRandom().nextBytes(secret);
        EnvelopeHeader header =
                new EnvelopeHeader(KEY, EncryptedDataKey.copyOf(secret), EncryptionContext.of("test", "1"));
        try (OutputStream out = Files.newOutputStream(target);
                DataKey key = DataKey.copyOf(secret)) {
            var _ = EnvelopeWriter.write(header, key, SourceTree.scan(directory), out, bytes -> {});
        }
    }
}
