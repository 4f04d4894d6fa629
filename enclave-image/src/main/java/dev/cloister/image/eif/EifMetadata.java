package dev.cloister.image.eif;

import dev.cloister.image.file.FormatException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The metadata section: a JSON object that says what an image is called and what built it. It is in no PCR, so it
 * proves nothing.
 */
public final class EifMetadata {
    private static final List<String> BUILD_MEMBERS =
            List.of("BuildTime", "BuildTool", "BuildToolVersion", "OperatingSystem", "KernelVersion");

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder().maxNestingDepth(100).build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private final ObjectNode json;

    private EifMetadata(ObjectNode json) {
        this.json = json;
    }

    /**
     * What this program writes.
     *
     * @param buildTime fixed by the caller, so that the file is reproducible
     * @param operatingSystem of the kernel, such as {@code Linux}
     */
    public static EifMetadata of(
            String name,
            String version,
            Instant buildTime,
            String toolVersion,
            String operatingSystem,
            String kernelVersion) {
        ObjectNode json = JSON.createObjectNode().put("ImageName", name).put("ImageVersion", version);
        json.putObject("BuildMetadata")
                // nitro-cli demands a numeric offset, which Instant.toString does not write.
                .put(
                        "BuildTime",
                        DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ssxxx")
                                .format(buildTime.atOffset(ZoneOffset.UTC)))
                .put("BuildTool", "cloister")
                .put("BuildToolVersion", toolVersion)
                .put("OperatingSystem", operatingSystem)
                .put("KernelVersion", kernelVersion);
        json.putNull("DockerInfo").putNull("CustomMetadata");
        return new EifMetadata(json);
    }

    /**
     * With a note of what each layer of the root filesystem brought.
     *
     * @param layers {@code {"Source": text, "Digest": text or null, "Files": number, "Bytes": number}} each
     */
    public EifMetadata withLayers(List<Map<String, @Nullable Object>> layers) {
        ObjectNode copy = json();
        copy.putObject("CustomMetadata").set("Layers", JSON.valueToTree(layers));
        return new EifMetadata(copy);
    }

    /**
     * Reads a section.
     *
     * @throws FormatException when it is not the JSON that nitro-cli would read
     */
    public static EifMetadata parse(byte[] bytes) throws FormatException {
        try {
            if (!(JSON.readTree(bytes) instanceof ObjectNode json)) {
                throw new FormatException("eif: the metadata is not a JSON object");
            }
            JsonNode build = json.path("BuildMetadata");
            for (String member : BUILD_MEMBERS) {
                demandString(build, member);
            }
            demandString(json, "ImageName");
            demandString(json, "ImageVersion");
            for (String member : List.of("DockerInfo", "CustomMetadata")) {
                if (!json.has(member)) {
                    throw new FormatException("eif: the metadata lacks " + member);
                }
            }
            return new EifMetadata(json);
        } catch (JacksonException e) {
            throw new FormatException("eif: the metadata is not JSON", e);
        }
    }

    private static void demandString(JsonNode object, String member) throws FormatException {
        if (!object.path(member).isString()) {
            throw new FormatException("eif: the metadata lacks " + member);
        }
    }

    /** Compact JSON in UTF-8, as it stands in the section. */
    public byte[] encode() {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    public String imageName() {
        return json.path("ImageName").asString();
    }

    public String imageVersion() {
        return json.path("ImageVersion").asString();
    }

    /** One of the strings of {@code BuildMetadata}. */
    public String build(String member) {
        return json.path("BuildMetadata").path(member).asString();
    }

    /** The whole object, for printing. */
    public ObjectNode json() {
        return json.deepCopy();
    }
}
