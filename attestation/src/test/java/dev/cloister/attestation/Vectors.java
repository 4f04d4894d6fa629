package dev.cloister.attestation;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Where tests find their files. */
public final class Vectors {
    private Vectors() {}

    /** A self-made file of this tree. */
    public static byte[] own(String name) throws IOException {
        try (InputStream in = Vectors.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    /**
     * A captured file from the folder {@code shared/vectors} that lies beside this repository. Without the folder, the test
     * that asks for it is skipped.
     */
    public static byte[] captured(String name) throws IOException {
        return Files.readAllBytes(folder().resolve(name));
    }

    private static Path folder() {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path folder = at.resolve("shared").resolve("vectors");
            if (Files.isDirectory(folder)) {
                return folder;
            }
        }
        return abort("captured data is missing: no folder shared/vectors beside this repository");
    }
}
