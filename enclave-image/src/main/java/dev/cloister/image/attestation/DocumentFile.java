package dev.cloister.image.attestation;

import dev.cloister.attestation.document.AttestationDocument;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a document from a file, never more than the largest one. */
public final class DocumentFile {
    private DocumentFile() {}

    /** The bytes, one more than the largest document has where the file is longer, so that it is refused for that. */
    public static byte[] read(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(AttestationDocument.MAX_LENGTH + 1);
        }
    }
}
