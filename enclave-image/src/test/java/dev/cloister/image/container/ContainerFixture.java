package dev.cloister.image.container;

import com.github.luben.zstd.Zstd;
import dev.cloister.image.rootfs.TarFixture;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;

/** Makes container images of every form, right ones and, by changing their files, wrong ones. */
public final class ContainerFixture {
    /** The files of the layout, which a test may change. */
    public final Map<String, byte[]> files = new LinkedHashMap<>();

    private final List<byte[]> layers = new ArrayList<>();
    private final List<String> compressions = new ArrayList<>();
    private String config = "";
    private String architecture = "amd64";

    /** A layer that is stored plain, or as {@code gzip} or {@code zstd}. */
    public ContainerFixture layer(TarFixture layer, String compression) {
        layers.add(layer.bytes());
        compressions.add(compression);
        return this;
    }

    /** Members of the configuration's {@code config} object. */
    public ContainerFixture config(String json) {
        config = json;
        return this;
    }

    ContainerFixture architecture(String name) {
        architecture = name;
        return this;
    }

    private byte[] configuration() {
        List<String> ids =
                layers.stream().map(layer -> "\"sha256:" + sha256(layer) + '"').toList();
        List<String> history = new ArrayList<>(List.of("{\"created_by\":\"ENV X=1\",\"empty_layer\":true}"));
        for (int i = 0; i < layers.size(); i++) {
            history.add("{\"created_by\":\"RUN step-" + (i + 1) + "\"}");
        }
        return utf8("{\"architecture\":\"" + architecture + "\",\"os\":\"linux\",\"config\":{" + config
                + "},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + String.join(",", ids) + "]},\"history\":["
                + String.join(",", history) + "]}");
    }

    /** A descriptor of the finished image, put into the layout's blobs. */
    String manifest() {
        List<String> descriptors = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            String suffix = compressions.get(i).isEmpty() ? "" : "+" + compressions.get(i);
            descriptors.add(blob(
                    "application/vnd.oci.image.layer.v1.tar" + suffix, compress(layers.get(i), compressions.get(i))));
        }
        String config = blob("application/vnd.oci.image.config.v1+json", configuration());
        String manifest =
                "{\"schemaVersion\":2,\"config\":" + config + ",\"layers\":[" + String.join(",", descriptors) + "]}";
        return blob("application/vnd.oci.image.manifest.v1+json", utf8(manifest));
    }

    String blob(String type, byte[] bytes) {
        String digest = sha256(bytes);
        files.put("blobs/sha256/" + digest, bytes);
        return "{\"mediaType\":\"" + type + "\",\"digest\":\"sha256:" + digest + "\",\"size\":" + bytes.length + "}";
    }

    /** A whole layout of one image. */
    public ContainerFixture layout() {
        return index(manifest());
    }

    /** A layout whose index holds these descriptors. */
    ContainerFixture index(String... descriptors) {
        files.put("oci-layout", utf8("{\"imageLayoutVersion\":\"1.0.0\"}"));
        files.put("index.json", utf8("{\"schemaVersion\":2,\"manifests\":[" + String.join(",", descriptors) + "]}"));
        return this;
    }

    static String forPlatform(String descriptor, String os, String architecture) {
        return descriptor.substring(0, descriptor.length() - 1) + ",\"platform\":{\"os\":\"" + os
                + "\",\"architecture\":\"" + architecture + "\"}}";
    }

    /** What old versions of {@code docker save} write. */
    ContainerFixture dockerArchive() {
        byte[] configuration = configuration();
        String name = sha256(configuration) + ".json";
        files.put(name, configuration);
        List<String> names = new ArrayList<>();
        for (int i = 0; i < layers.size(); i++) {
            names.add("\"l" + i + "/layer.tar\"");
            files.put("l" + i + "/layer.tar", layers.get(i));
            files.put("l" + i + "/VERSION", utf8("1.0"));
        }
        files.put(
                "manifest.json",
                utf8("[{\"Config\":\"" + name + "\",\"RepoTags\":[\"app:1\"],\"Layers\":[" + String.join(",", names)
                        + "]}]"));
        return this;
    }

    /** Writes the files as an archive, in an order of the seed's. */
    public Path archive(Path file, long seed) throws IOException {
        List<String> names = new ArrayList<>(files.keySet());
        Collections.shuffle(names, new Random(seed));
        TarFixture tar = new TarFixture();
        for (String name : names) {
            tar.file(name, 0644, new String(files.get(name), StandardCharsets.ISO_8859_1));
        }
        return Files.write(file, tar.bytes());
    }

    /** Writes the files as a folder. */
    public Path folder(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.write(path, file.getValue());
        }
        return folder;
    }

    static byte[] compress(byte[] bytes, String compression) {
        return switch (compression) {
            case "" -> bytes;
            case "zstd" -> Zstd.compress(bytes);
            default -> {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
                    gzip.write(bytes);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                yield out.toByteArray();
            }
        };
    }

    static String sha256(byte[] bytes) {
        return HexFormat.of().formatHex(Digest.algorithm().digest(bytes));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
