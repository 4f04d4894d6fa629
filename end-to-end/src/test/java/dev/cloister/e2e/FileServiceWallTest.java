package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.local.stage.Commands.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The wall between the process that serves the parent's file requests and decrypted packages. */
@ExtendWith(SharedStage.Extension.class)
class FileServiceWallTest {
    private static final String SECRET = "plaintext-behind-the-wall";

    private final SharedStage stage;

    FileServiceWallTest(SharedStage stage) {
        this.stage = stage;
    }

    @Test
    void decryptedPackage_doesNotExistForTheFileService() throws Exception {
        Path folder = stage.newMountFolder("wall");
        stage.install("wall.cloister", Map.of("main.py", """
                import os, sys, time
                SECRET = "%s"
                open(sys.argv[1] + "/begun", "w").close()
                while not os.path.exists(sys.argv[1] + "/end"):
                    time.sleep(0.05)
                """.formatted(SECRET)));
        CompletableFuture<Outcome> run =
                Background.run(() -> stage.host().run("wall.cloister", "main.py", "/" + folder.getFileName()));
        try {
            Faults.await("the application has begun", Faults.SOON, () -> Files.exists(folder.resolve("begun")));
            // That the search finds what is there, is what makes its silence elsewhere worth something.
            assertThat(Traces.of(SECRET, Traces.enclaveRoot(stage.enclave()), Traces.MEMORY))
                    .isNotEmpty();
            Path seen = Traces.fileServiceRoot(stage.enclave());
            assertThat(seen.resolve("synced").resolve(folder.getFileName()).resolve("begun"))
                    .exists();
            assertThat(Traces.of(SECRET, seen, List.of(""))).isEmpty();
        } finally {
            Files.writeString(folder.resolve("end"), "");
        }
        assertThat(run.join().status()).isZero();
    }
}
