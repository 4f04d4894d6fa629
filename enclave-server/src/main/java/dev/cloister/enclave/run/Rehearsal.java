package dev.cloister.enclave.run;

import dev.cloister.enclave.kernel.PathHandle;
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
import java.util.Optional;

/**
 * Seals and unpacks a package of nothing, as a run does, so that the first run finds all code loaded; and so that an
 * image in which it cannot be done says so at its start.
 */
public final class Rehearsal {
    private static final long ROOM = 4 << 20;
    private static final KmsKeyArn NO_KEY =
            new KmsKeyArn("arn:aws:kms:us-east-1:000000000000:key/00000000-0000-0000-0000-000000000000");

    private Rehearsal() {}

    /** Takes about half a second the first time. */
    public static void run(Path runs, SecureRandom random) throws IOException {
        byte[] secret = new byte[DataKey.LENGTH];
        random.nextBytes(secret);
        try (RunFolder folder = RunFolder.create(runs, random, ROOM);
                DataKey key = DataKey.copyOf(secret)) {
            Path source = Files.createDirectory(folder.scratch().resolve("source"));
            Files.writeString(source.resolve("file"), "nothing");
            Path sealed = folder.scratch().resolve("sealed");
            EnvelopeHeader header = new EnvelopeHeader(
                    NO_KEY, EncryptedDataKey.copyOf(new byte[1]), EncryptionContext.of("rehearsal", "1"));
            try (OutputStream out = Files.newOutputStream(sealed)) {
                var _ = EnvelopeWriter.write(header, key, SourceTree.scan(source), out, bytes -> {});
            }
            try (PathHandle file = PathHandle.open(sealed);
                    PackageFile opened = PackageFile.open(file, Optional.empty())) {
                opened.unpack(key, folder);
            } catch (RefusedException e) {
                throw new IOException("a package just sealed was refused", e);
            }
        }
    }
}
