package dev.cloister.image.sbom;

import dev.cloister.cli.Json;
import dev.cloister.cli.Printable;
import dev.cloister.image.file.FormatException;
import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.FileTree;
import dev.cloister.image.rootfs.Node;
import dev.cloister.image.rootfs.PathLookup;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds the parts of an image that scanners for vulnerabilities know: packages of Debian and Alpine, jars, Java
 * runtimes, Python distributions. Written as CycloneDX 1.6; the same image gives the same bytes.
 */
public final class BillOfMaterials {
    /** Of one file that is read for it; larger jars count by their names. */
    private static final int MAX_FILE = 32 << 20;

    private static final String PYTHON = ".*/(METADATA|PKG-INFO)";

    private final FileTree tree;
    private final SortedSet<Component> components = new TreeSet<>();
    private String distribution = "debian";

    private BillOfMaterials(FileTree tree) {
        this.tree = tree;
    }

    /**
     * Looks through a finished tree.
     *
     * @param name the image's
     * @param version the image's
     * @return one line of JSON
     */
    public static String of(FileTree tree, String name, String version) throws IOException, FormatException {
        BillOfMaterials bill = new BillOfMaterials(tree);
        bill.find();
        return bill.json(name, version);
    }

    private void find() throws IOException, FormatException {
        PathLookup files = new PathLookup(tree);
        files.read("/etc/os-release", MAX_FILE)
                .map(file -> Paragraphs.assignments(file).getOrDefault("ID", ""))
                .filter(id -> id.matches("[a-z0-9._-]{1,40}"))
                .ifPresent(id -> distribution = id);
        Map<String, Node.RegularFile> candidates = new TreeMap<>();
        tree.forEach((path, node) -> {
            if (node instanceof Node.RegularFile file && isCandidate(path)) {
                candidates.put(path.latin1(), file);
            }
        });
        for (Map.Entry<String, Node.RegularFile> candidate : candidates.entrySet()) {
            String path = new ImagePath(candidate.getKey()).toString();
            add(path, read(candidate.getValue()));
        }
    }

    private static boolean isCandidate(ImagePath path) {
        String name = path.latin1();
        return name.equals("var/lib/dpkg/status")
                || name.matches("var/lib/dpkg/status\\.d/[^/]+")
                || name.equals("lib/apk/db/installed")
                || name.equals("usr/lib/apk/db/installed")
                || name.endsWith(".jar")
                || name.endsWith("/release")
                || name.matches(PYTHON)
                || name.endsWith(".egg-info");
    }

    /** Empty for a file that is too large to look into. */
    private static byte[] read(Node.RegularFile file) throws IOException {
        if (file.content().size() > MAX_FILE) {
            return new byte[0];
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        file.content().writeTo(bytes);
        return bytes.toByteArray();
    }

    private void add(String path, byte[] file) {
        if (path.endsWith(".jar")) {
            components.addAll(JarCoordinates.of(path, file));
        } else if (path.startsWith("var/lib/dpkg/")) {
            Paragraphs.of(file).forEach(fields -> addDebian(path, fields));
        } else if (path.endsWith("apk/db/installed")) {
            Paragraphs.of(file).forEach(fields -> addAlpine(path, fields));
        } else if (path.endsWith("/release")) {
            addRuntime(path, Paragraphs.assignments(file));
        } else {
            Paragraphs.of(file).stream().limit(1).forEach(fields -> addPython(path, fields));
        }
    }

    private void addDebian(String path, Map<String, String> fields) {
        String name = fields.getOrDefault("Package", "");
        String status = fields.getOrDefault("Status", "install ok installed");
        if (!name.isEmpty() && status.endsWith(" installed")) {
            addPackage("deb", name, fields.getOrDefault("Version", ""), fields.getOrDefault("Architecture", ""), path);
        }
    }

    private void addAlpine(String path, Map<String, String> fields) {
        String name = fields.getOrDefault("P", "");
        if (!name.isEmpty()) {
            addPackage("apk", name, fields.getOrDefault("V", ""), fields.getOrDefault("A", ""), path);
        }
    }

    private void addPackage(String type, String name, String version, String architecture, String path) {
        String namespace = type.equals("apk") && distribution.equals("debian") ? "alpine" : distribution;
        components.add(new Component(
                "library", name, version, PackageUrl.of(type, namespace, name, version, architecture), path));
    }

    private void addRuntime(String path, Map<String, String> fields) {
        String version = fields.getOrDefault("JAVA_RUNTIME_VERSION", fields.getOrDefault("JAVA_VERSION", ""));
        if (!version.isEmpty()) {
            String maker = fields.getOrDefault("IMPLEMENTOR", "");
            components.add(new Component(
                    "platform", "java", version, PackageUrl.of("generic", maker, "java", version, ""), path));
        }
    }

    private void addPython(String path, Map<String, String> fields) {
        String name = fields.getOrDefault("Name", "");
        if (fields.containsKey("Metadata-Version") && !name.isEmpty()) {
            String version = fields.getOrDefault("Version", "");
            String normal = name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
            components.add(
                    new Component("library", name, version, PackageUrl.of("pypi", "", normal, version, ""), path));
        }
    }

    private String json(String name, String version) {
        Map<String, Object> bill = new LinkedHashMap<>();
        bill.put("bomFormat", "CycloneDX");
        bill.put("specVersion", "1.6");
        bill.put("version", 1);
        // Neither a time nor a serial number, which would differ from build to build.
        bill.put("metadata", Map.of("component", object("container", name, version)));
        List<Map<String, Object>> list = new ArrayList<>();
        for (Component component : components) {
            Map<String, Object> entry = object(component.type(), component.name(), component.version());
            entry.put("bom-ref", component.purl() + "#" + component.path());
            entry.put("purl", component.purl());
            entry.put("evidence", Map.of("occurrences", List.of(Map.of("location", "/" + component.path()))));
            list.add(entry);
        }
        bill.put("components", list);
        return Json.write(bill) + "\n";
    }

    private static Map<String, Object> object(String type, String name, String version) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("type", type);
        object.put("name", Printable.of(name));
        if (!version.isEmpty()) {
            object.put("version", Printable.of(version));
        }
        return object;
    }
}
