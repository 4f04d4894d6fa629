package dev.cloister.image.container;

import dev.cloister.image.eif.Architecture;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Reads an OCI image layout, version 1.0.0. Every document is compared with its digest before it is parsed; an index of
 * several platforms is resolved by architecture.
 */
final class OciLayout {
    /** Marks a store as a layout. */
    static final String MARKER = "oci-layout";

    /** Indexes may hold indexes. */
    private static final int MAX_DEPTH = 4;

    private static final int MAX_LAYERS = 1000;

    private static final Set<String> INDEXES = Set.of(
            "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json");

    private static final Set<String> MANIFESTS = Set.of(
            "application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json");

    private final ImageStore store;
    private final Architecture architecture;

    OciLayout(ImageStore store, Architecture architecture) {
        this.store = store;
        this.architecture = architecture;
    }

    ContainerImage read() throws IOException, FormatException {
        JsonNode marker = Json.read(MARKER, store.get(MARKER));
        String version = Json.text(marker, "imageLayoutVersion");
        if (!version.equals("1.0.0")) {
            throw new FormatException("container image: layout version '" + Names.printable(version) + "'");
        }
        Map<Digest, JsonNode> candidates = new LinkedHashMap<>();
        collect(Json.read("index.json", store.get("index.json")), 0, candidates);
        if (candidates.isEmpty()) {
            throw new FormatException(
                    "container image: none for linux/" + ConfigReader.nameOf(architecture) + " in its index");
        }
        if (candidates.size() > 1) {
            throw new FormatException("container image: the index holds " + candidates.size() + " images for linux/"
                    + ConfigReader.nameOf(architecture) + " (" + names(candidates) + "); keep one");
        }
        return manifest(candidates.values().iterator().next());
    }

    private void collect(JsonNode index, int depth, Map<Digest, JsonNode> found) throws IOException, FormatException {
        for (JsonNode descriptor : Json.array(index, "manifests")) {
            if (!fits(descriptor)) {
                continue;
            }
            String type = Json.text(descriptor, "mediaType");
            if (MANIFESTS.contains(type)) {
                found.put(Digest.parse(Json.text(descriptor, "digest")), descriptor);
            } else if (INDEXES.contains(type) && depth < MAX_DEPTH) {
                collect(document(descriptor), depth + 1, found);
            } else {
                throw new FormatException("container image: an index entry of type '" + Names.printable(type) + "'");
            }
        }
    }

    /** Whether an entry is for this machine; one that does not say may be. */
    private boolean fits(JsonNode descriptor) throws FormatException {
        JsonNode platform = descriptor.path("platform");
        if (platform.isMissingNode()) {
            return true;
        }
        return Json.text(platform, "os").equals("linux")
                && Json.text(platform, "architecture").equals(ConfigReader.nameOf(architecture));
    }

    private static String names(Map<Digest, JsonNode> candidates) throws FormatException {
        List<String> names = new ArrayList<>();
        for (Map.Entry<Digest, JsonNode> candidate : candidates.entrySet()) {
            String name = Json.text(candidate.getValue().path("annotations"), "org.opencontainers.image.ref.name");
            names.add(name.isEmpty() ? candidate.getKey().toString() : Names.printable(name));
        }
        return String.join(", ", names);
    }

    private ContainerImage manifest(JsonNode descriptor) throws IOException, FormatException {
        JsonNode manifest = document(descriptor);
        JsonNode configDescriptor = manifest.path("config");
        ConfigReader config = new ConfigReader(document(configDescriptor));
        config.demand(architecture);
        List<JsonNode> descriptors = Json.array(manifest, "layers");
        List<Digest> contents = config.contents();
        if (descriptors.size() != contents.size() || contents.size() > MAX_LAYERS) {
            throw new FormatException("container image: the manifest has " + descriptors.size()
                    + " layers, the configuration " + contents.size());
        }
        List<String> history = config.history(contents.size());
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < contents.size(); i++) {
            demandLayer(Json.text(descriptors.get(i), "mediaType"));
            Digest digest = Digest.parse(Json.text(descriptors.get(i), "digest"));
            layers.add(new Layer(blob(descriptors.get(i)), Optional.of(digest), contents.get(i), history.get(i)));
        }
        return new ContainerImage(Digest.parse(Json.text(configDescriptor, "digest")), config.config(), layers);
    }

    private static void demandLayer(String type) throws FormatException {
        if (!type.matches("application/vnd\\.(oci\\.image\\.layer(\\.nondistributable)?\\.v1\\.tar"
                + "|docker\\.image\\.rootfs(\\.foreign)?\\.diff\\.tar)([.+](gzip|zstd))?")) {
            throw new FormatException("container image: a layer of type '" + Names.printable(type) + "'");
        }
    }

    private JsonNode document(JsonNode descriptor) throws IOException, FormatException {
        FileRegion blob = blob(descriptor);
        Digest digest = Digest.parse(Json.text(descriptor, "digest"));
        if (blob.size() > Json.MAX_SIZE) {
            throw new FormatException("container image: " + digest + " is too long for a document");
        }
        if (!Digest.of(blob).equals(digest)) {
            throw new FormatException("container image: " + digest + " holds other bytes than its name says");
        }
        return Json.read(digest.toString(), blob);
    }

    private FileRegion blob(JsonNode descriptor) throws IOException, FormatException {
        Digest digest = Digest.parse(Json.text(descriptor, "digest"));
        FileRegion blob = store.get("blobs/sha256/" + digest.hex());
        JsonNode size = descriptor.path("size");
        if (!size.isIntegralNumber() || !size.canConvertToLong() || size.asLong() != blob.size()) {
            throw new FormatException("container image: " + digest + " has another size than its descriptor says");
        }
        return blob;
    }
}
