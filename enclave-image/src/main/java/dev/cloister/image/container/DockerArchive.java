package dev.cloister.image.container;

import dev.cloister.image.eif.Architecture;
import dev.cloister.image.file.FileRegion;
import dev.cloister.image.file.FormatException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Reads what {@code docker save} wrote before it wrote OCI layouts: {@code manifest.json}, a configuration named by its
 * digest, and a folder with {@code layer.tar} for each layer. Layers are held to the digests of the configuration.
 */
final class DockerArchive {
    static final String MANIFEST = "manifest.json";

    private static final int MAX_LAYERS = 1000;
    private static final Pattern CONFIG = Pattern.compile("(?:blobs/sha256/)?([0-9a-f]{64})(?:\\.json)?");

    private final ImageStore store;
    private final Architecture architecture;

    DockerArchive(ImageStore store, Architecture architecture) {
        this.store = store;
        this.architecture = architecture;
    }

    ContainerImage read() throws IOException, FormatException {
        JsonNode images = Json.read(MANIFEST, store.get(MANIFEST));
        if (!images.isArray() || images.isEmpty()) {
            throw new FormatException("container image: " + MANIFEST + " names no image");
        }
        if (images.size() > 1) {
            throw new FormatException(
                    "container image: the archive holds " + images.size() + " images (" + tags(images) + "); save one");
        }
        JsonNode image = images.get(0);
        String name = Json.text(image, "Config");
        Matcher named = CONFIG.matcher(name);
        if (!named.matches()) {
            throw new FormatException(
                    "container image: the configuration '" + Names.printable(name) + "' is not named by its digest");
        }
        Digest digest = Digest.ofHex(named.group(1));
        FileRegion configuration = store.get(name);
        JsonNode json = Json.read(MANIFEST, configuration);
        if (!Digest.of(configuration).equals(digest)) {
            throw new FormatException("container image: " + digest + " holds other bytes than its name says");
        }
        ConfigReader config = new ConfigReader(json);
        config.demand(architecture);
        return new ContainerImage(digest, config.config(), layers(Json.texts(image, "Layers"), config));
    }

    private List<Layer> layers(List<String> names, ConfigReader config) throws IOException, FormatException {
        List<Digest> contents = config.contents();
        if (names.size() != contents.size() || names.size() > MAX_LAYERS) {
            throw new FormatException("container image: " + MANIFEST + " has " + names.size()
                    + " layers, the configuration " + contents.size());
        }
        List<String> history = config.history(names.size());
        List<Layer> layers = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            layers.add(new Layer(store.get(names.get(i)), Optional.empty(), contents.get(i), history.get(i)));
        }
        return layers;
    }

    private static String tags(JsonNode images) throws FormatException {
        List<String> tags = new ArrayList<>();
        for (JsonNode image : images.values()) {
            tags.addAll(Json.texts(image, "RepoTags"));
        }
        return Names.printable(String.join(", ", tags));
    }
}
