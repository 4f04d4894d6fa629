package dev.cloister.host.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class RunOptionsTest {
    static List<List<String>> plainLines() {
        return List.of(
                List.of("-f", "app.cloister", "-s", "main.py"),
                List.of("--script", "main.py", "--file", "encrypted/a b", "--json"),
                List.of("-f", "a", "-s", "b", "-a", "-d /dataset/ -o /output/"),
                List.of("-f", "a", "-a", "x 'y z'", "-s", "b", "--args", "z=1"),
                List.of("-f", "a", "-s", "b", "--profile", "p", "--enclave", "vsock:16"),
                List.of("-f", "a", "-s", "b", "--", "-f", "two words", "", "--", "'q'"),
                List.of("-f", "a", "-s", "b", "--"));
    }

    @ParameterizedTest
    @MethodSource("plainLines")
    void plainLine_isReadAsPicocliReadsIt(List<String> words) {
        RunCommand command = new RunCommand();
        new CommandLine(command).parseArgs(words.toArray(String[]::new));
        assertThat(RunOptions.ofPlain(words.toArray(String[]::new))).contains(command.options());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "--help",
                "-f,a",
                "-f,a,-s",
                "-f,a,-s,b,-f,c",
                "-f,a,-s,b,--profile,p,--profile,q",
                "-f,a,-s,b,word",
                "-f,a,-s,b,--unknown",
                "-f=a,-s,b",
                "-fa,-sb",
                "-f,-s,b",
                "-f,@file,-s,b",
                "-f,\"a\",-s,b",
                "-f,a,-s,b,-a,-x"
            })
    void otherLines_areLeftToPicocli(String words) {
        assertThat(RunOptions.ofPlain(words.split(",", -1))).isEmpty();
    }
}
