package dev.cloister.enclave.run;

import dev.cloister.enclave.config.LogPolicy;
import dev.cloister.enclave.sandbox.ResourceLimits;
import dev.cloister.enclave.yaml.YamlException;
import dev.cloister.enclave.yaml.YamlMap;
import dev.cloister.protocol.run.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * {@code cloister.yaml} at the top of a package: what its owner lets run, what may leave, what it may use. Unknown keys
 * are refused. What is refused in it is told by the keys of this schema, never by the file's content.
 *
 * @param entrypoints command line of each, by name; empty when there is no such file
 * @param logs {@code none}, {@code stdout} or {@code all}
 */
record Manifest(Optional<Map<String, List<String>>> entrypoints, LogPolicy logs, ResourceLimits limits, Duration time) {
    private static final String FILE = "cloister.yaml";
    private static final int MAX_FILE = 64 << 10;
    private static final int MAX_ENTRIES = 256;
    private static final int MAX_TEXT = 4096;
    private static final int MAX_MIB = 16 << 20;
    private static final int MAX_PROCESSES = 32768;
    private static final int DEFAULT_PROCESSES = 512;
    private static final int MAX_SECONDS = 366 * 86400;
    private static final int DEFAULT_SECONDS = 86400;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._/-]{0,127}");

    /** Reads that of an unpacked package. */
    static Manifest read(Path packageFolder) throws RefusedException, IOException {
        Path file = packageFolder.resolve(FILE);
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return new Manifest(
                    Optional.empty(),
                    LogPolicy.STDOUT,
                    new ResourceLimits(OptionalInt.empty(), OptionalInt.of(DEFAULT_PROCESSES)),
                    Duration.ofSeconds(DEFAULT_SECONDS));
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw refused("it is not a file");
        }
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            return parse(in.readNBytes(MAX_FILE + 1));
        } catch (YamlException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    /** With the image's own word on what may leave. */
    Manifest within(LogPolicy image) {
        return new Manifest(entrypoints, logs.and(image), limits, time);
    }

    static Manifest parse(byte[] content) throws YamlException {
        YamlMap top = YamlMap.parse(content);
        // For the package's readers and the encryptor; nothing here depends on them.
        Optional<String> _ = top.string("name", MAX_TEXT);
        Optional<String> _ = top.string("version", MAX_TEXT);
        Map<String, List<String>> entrypoints = top.lists("entrypoints", MAX_ENTRIES, MAX_TEXT);
        for (String name : entrypoints.keySet()) {
            if (!NAME.matcher(name).matches()) {
                throw new YamlException("a name in entrypoints is not of letters, digits and ._/- only");
            }
        }
        YamlMap limits = top.map("limits");
        Manifest manifest = new Manifest(
                Optional.of(entrypoints),
                LogPolicy.parse(top.string("logs", MAX_TEXT).orElse("stdout")),
                new ResourceLimits(
                        limits.integer("memory_mib", 1, MAX_MIB),
                        OptionalInt.of(
                                limits.integer("processes", 1, MAX_PROCESSES).orElse(DEFAULT_PROCESSES))),
                Duration.ofSeconds(limits.integer("seconds", 1, MAX_SECONDS).orElse(DEFAULT_SECONDS)));
        limits.end();
        top.end();
        return manifest;
    }

    private static RefusedException refused(String why) {
        return new RefusedException(Refusal.PACKAGE_MALFORMED, "the package's " + FILE + " is malformed: " + why);
    }
}
