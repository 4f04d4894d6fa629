package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** SPECIFICATION.md gives a test for each promise; this one sees to it that those tests exist. */
class SpecificationTest {
    private static final Pattern CITED = Pattern.compile("`(\\w+Test)(?:#(\\w+))?`");

    @Test
    void citedTests_exist() throws Exception {
        Map<String, String> sources = testSources();
        List<String> missing = new ArrayList<>();
        Matcher cited = CITED.matcher(Files.readString(SharedStage.home().resolve("SPECIFICATION.md")));
        int count = 0;
        for (; cited.find(); count++) {
            String source = sources.get(cited.group(1));
            String method = cited.group(2);
            if (source == null || (method != null && !source.contains(" " + method + "("))) {
                missing.add(cited.group());
            }
        }
        assertThat(missing).isEmpty();
        assertThat(count).isGreaterThan(50);
    }

    private static Map<String, String> testSources() throws IOException {
        try (Stream<Path> files = Files.walk(SharedStage.home(), 12)) {
            return files.filter(file -> file.toString().matches(".*/src/test/java/.*Test\\.java"))
                    .collect(Collectors.toMap(
                            SpecificationTest::className, SpecificationTest::read, String::concat, TreeMap::new));
        }
    }

    private static String className(Path file) {
        return file.getFileName().toString().replace(".java", "");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
