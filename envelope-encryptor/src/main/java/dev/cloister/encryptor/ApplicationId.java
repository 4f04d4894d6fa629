package dev.cloister.encryptor;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * What an application calls itself. It ends up in the package's header, which everyone can read.
 *
 * @param name from the command line, else from {@code cloister.yaml}, else the directory's name
 * @param version from the command line, else from {@code cloister.yaml}, else {@code 0}
 */
record ApplicationId(String name, String version) {
    private static final String MANIFEST = "cloister.yaml";
    private static final int MAX_MANIFEST_BYTES = 1 << 16;
    private static final String UNKNOWN_VERSION = "0";

    static ApplicationId of(Path directory, @Nullable String name, @Nullable String version)
            throws CommandException, IOException {
        Optional<MappingNode> manifest = manifest(directory);
        String foundName = name != null ? name : scalar(manifest, "name").orElseGet(() -> directoryName(directory));
        String foundVersion =
                version != null ? version : scalar(manifest, "version").orElse(UNKNOWN_VERSION);
        return new ApplicationId(foundName, foundVersion);
    }

    private static String directoryName(Path directory) {
        Path last = directory.toAbsolutePath().normalize().getFileName();
        return last == null ? "application" : last.toString();
    }

    private static Optional<MappingNode> manifest(Path directory) throws CommandException, IOException {
        Path file = directory.resolve(MANIFEST);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        LoadSettings settings = LoadSettings.builder()
                .setLabel(MANIFEST)
                .setCodePointLimit(MAX_MANIFEST_BYTES)
                .build();
        try {
            Node root = new Compose(settings)
                    .composeString(read(file))
                    .orElseThrow(() -> unusable(file, "it is empty", null));
            if (root instanceof MappingNode mapping) {
                return Optional.of(mapping);
            }
            throw unusable(file, "it is not a mapping", null);
        } catch (YamlEngineException e) {
            throw unusable(file, "it is not YAML", e);
        } catch (CharacterCodingException e) {
            throw unusable(file, "it is not UTF-8", e);
        }
    }

    private static String read(Path file) throws CommandException, IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes(MAX_MANIFEST_BYTES + 1);
            if (bytes.length > MAX_MANIFEST_BYTES) {
                throw unusable(file, "it is larger than " + MAX_MANIFEST_BYTES + " bytes", null);
            }
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        }
    }

    private static Optional<String> scalar(Optional<MappingNode> manifest, String key) throws CommandException {
        if (manifest.isEmpty()) {
            return Optional.empty();
        }
        List<Node> values = manifest.get().getValue().stream()
                .filter(tuple -> tuple.getKeyNode() instanceof ScalarNode found
                        && found.getValue().equals(key))
                .map(NodeTuple::getValueNode)
                .toList();
        if (values.isEmpty()) {
            return Optional.empty();
        }
        // The enclave refuses numbers as well: whether 1.10 is 1.1 should not be a question.
        if (values.size() == 1
                && values.getFirst() instanceof ScalarNode value
                && value.getTag().equals(Tag.STR)) {
            return Optional.of(value.getValue());
        }
        throw new CommandException(
                ExitStatus.FAILED, key + " in " + MANIFEST + " is not one text", "give it once, in quotes");
    }

    private static CommandException unusable(Path file, String fault, @Nullable Exception cause) {
        return new CommandException(
                ExitStatus.FAILED,
                file + " cannot be used: " + fault,
                "mend it, or give --application and --app-version and take it away",
                cause);
    }
}
