package dev.cloister.image.command;

import dev.cloister.cli.Json;
import dev.cloister.image.runtime.JavaRuntime;
import dev.cloister.image.runtime.LinkException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "runtime",
        description = "Link a small Java runtime for the enclave server from this JDK.",
        sortOptions = false)
final class RuntimeCommand extends Task {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "DIR",
            required = true,
            description = "The folder to make; it must not exist.")
    Path output = Path.of("");

    @Option(
            names = "--jars",
            paramLabel = "DIR",
            description = "Jars whose modules it must hold [the enclave server's].")
    @Nullable
    Path jars;

    @Override
    void execute() throws IOException, LinkException {
        SortedSet<String> modules = jars == null ? JavaRuntime.serverModules() : JavaRuntime.modulesOf(jars);
        JavaRuntime.link(output, modules);
        if (common.json()) {
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("Runtime", output.toString());
            result.put("Modules", modules);
            System.out.println(Json.write(result));
        } else {
            System.out.println(output);
        }
    }
}
