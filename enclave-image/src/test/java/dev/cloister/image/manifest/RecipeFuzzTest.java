package dev.cloister.image.manifest;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.cloister.cli.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Whatever a manifest holds, it is refused by key, or written and read back as the same. */
class RecipeFuzzTest {
    @FuzzTest
    @SuppressWarnings("EmptyCatch") // Refusing is one of the two right outcomes.
    void manifest_isRefusedOrReadBackTheSame(byte[] manifest) throws ManifestException {
        RecipeReader reader = new RecipeReader(Path.of("/folder"), Path.of("/blobs"), 0);
        RecipeWriter writer = new RecipeWriter(Path.of("/folder"));
        Recipe recipe;
        try {
            recipe = reader.read(manifest);
        } catch (ManifestException refused) {
            assertThat(refused.getMessage()).doesNotContain("\n").hasSizeLessThan(5000);
            return;
        }
        String written = Json.write(writer.write(recipe));
        assertThat(writer.write(reader.read(written.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(writer.write(recipe));
    }
}
