package dev.cloister.image;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Data that other programs made, which lies in {@code shared/vectors} beside a checkout where there is any. */
public final class Vectors {
    private Vectors() {}

    /** A folder of it; the test is skipped where it is missing. */
    public static Path folder(String name) {
        for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            Path folder = at.resolve("shared/vectors").resolve(name);
            if (Files.isDirectory(folder)) {
                return folder;
            }
        }
        assumeTrue(false, "shared/vectors/" + name + " is missing beside the checkout");
        throw new IllegalStateException();
    }
}
