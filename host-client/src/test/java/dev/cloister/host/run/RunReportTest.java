package dev.cloister.host.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.protocol.run.Refusal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RunReportTest {
    @ParameterizedTest
    @EnumSource
    void everyRefusal_hasOneErrorLineAndOneHint(Refusal reason) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        RunReport report = new RunReport(new PrintStream(err, true, StandardCharsets.UTF_8), false);
        assertThat(report.refused(new RefusedException(reason, ""), "app.cloister", "main.py"))
                .isEqualTo(125);
        String[] lines = err.toString(StandardCharsets.UTF_8).split("\n", -1);
        assertThat(lines).hasSize(3);
        assertThat(lines[0]).startsWith("cloister: error: 'app.cloister' was not run: ");
        assertThat(lines[1]).startsWith("cloister: hint: ");
        assertThat(lines[2]).isEmpty();
    }
}
