package dev.cloister.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.cloister.local.stage.Commands.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The synced folder behaves as POSIX says, seen by programs of another language through the kernel: each case of
 * {@code conformance.py}, and random operations of {@code random_operations.py} beside a model in memory. The same cases
 * run on a folder of this machine, which keeps them honest.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConformanceTest {
    private ServedMount served;
    private Path cases;
    private Path operations;

    @BeforeAll
    void mount() throws Exception {
        assumeTrue(hasPython(), "python3 is not installed");
        served = ServedMount.open();
        cases = program("conformance.py");
        operations = program("random_operations.py");
    }

    @AfterAll
    void unmount() throws Exception {
        if (served != null) {
            served.close();
        }
    }

    private static boolean hasPython() {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "python3")));
    }

    private Path program(String name) throws Exception {
        Path copy = served.file(name);
        try (var source = Objects.requireNonNull(ConformanceTest.class.getResourceAsStream(name))) {
            Files.copy(source, copy);
        }
        return copy;
    }

    private Outcome python(Path program, String... arguments) throws Exception {
        List<String> line = new ArrayList<>(List.of("python3", program.toString()));
        line.addAll(List.of(arguments));
        return served.run(new ProcessBuilder(line));
    }

    private static void assertPassed(Outcome outcome) {
        assertThat(outcome.out().lines().filter(line -> !line.startsWith("ok ")))
                .as(outcome.err())
                .isEmpty();
        assertThat(outcome.status()).as(outcome.err()).isZero();
    }

    @Test
    void everyCase_holdsOnTheMount() throws Exception {
        Path folder = Files.createDirectory(served.mountPoint().resolve("cases"));
        assertPassed(python(cases, "run-on-mount", folder.toString()));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void everyCase_holdsOnALocalFileSystem() throws Exception {
        Path folder = Files.createDirectory(served.file("local"));
        assertPassed(python(cases, "run", folder.toString()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void randomOperations_differInNothingFromAModel(int seed) throws Exception {
        Path folder = Files.createDirectory(served.mountPoint().resolve("random-" + seed));
        assertPassed(python(operations, folder.toString(), Integer.toString(seed), "25000"));
    }

    @Test
    void randomOperations_holdOnALocalFileSystem() throws Exception {
        Path folder = Files.createDirectory(served.file("random"));
        assertPassed(python(operations, folder.toString(), "5", "5000"));
    }
}
