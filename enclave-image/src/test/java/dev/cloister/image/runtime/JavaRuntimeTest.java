package dev.cloister.image.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaRuntimeTest {
    @TempDir
    Path folder;

    @Test
    void twoRuntimes_areEqualToTheByte() throws Exception {
        TreeSet<String> modules = new TreeSet<>(Set.of("java.base", "java.logging"));
        JavaRuntime.link(folder.resolve("one"), modules);
        JavaRuntime.link(folder.resolve("two"), modules);
        SortedMap<String, Long> one = files(folder.resolve("one"));
        assertThat(one).containsKey("bin/java").isEqualTo(files(folder.resolve("two")));
        for (String file : one.keySet()) {
            assertThat(Files.mismatch(
                            folder.resolve("one").resolve(file),
                            folder.resolve("two").resolve(file)))
                    .as(file)
                    .isNegative();
        }
    }

    @Test
    void unknownModule_isRefusedWithTheToolsOwnWords() {
        assertThatExceptionOfType(LinkException.class)
                .isThrownBy(() -> JavaRuntime.link(folder.resolve("one"), new TreeSet<>(Set.of("no.such.module"))))
                .withMessageContaining("no.such.module");
    }

    /** Every file and its size. */
    private static SortedMap<String, Long> files(Path root) throws IOException {
        SortedMap<String, Long> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(root)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                files.put(root.relativize(file).toString(), Files.size(file));
            }
        }
        return files;
    }
}
