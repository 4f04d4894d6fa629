package dev.cloister.image.sbom;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Which Maven artifacts a jar is: by the {@code pom.properties} in it, else by its file's name. */
final class JarCoordinates {
    private static final Pattern NAME = Pattern.compile("(.+?)-([0-9][^/]*)\\.jar");
    private static final int MAX_PROPERTIES = 64 << 10;
    private static final int MAX_ENTRIES = 100_000;

    private JarCoordinates() {}

    /** A jar with other jars' contents in it is more than one. */
    static List<Component> of(String path, byte[] jar) {
        List<Component> found = new ArrayList<>();
        try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(jar))) {
            int entries = 0;
            for (ZipEntry entry; (entry = zip.getNextEntry()) != null && entries < MAX_ENTRIES; entries++) {
                if (entry.getName().matches("META-INF/maven/[^/]+/[^/]+/pom\\.properties")) {
                    add(found, path, zip);
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            // What is no archive inside is still a jar by its name.
        }
        if (found.isEmpty()) {
            found.add(byName(path));
        }
        return found;
    }

    private static void add(List<Component> found, String path, InputStream in) throws IOException {
        Properties properties = new Properties();
        properties.load(new ByteArrayInputStream(in.readNBytes(MAX_PROPERTIES)));
        String artifact = properties.getProperty("artifactId", "");
        if (!artifact.isEmpty()) {
            String version = properties.getProperty("version", "");
            String group = properties.getProperty("groupId", "");
            found.add(new Component(
                    "library", artifact, version, PackageUrl.of("maven", group, artifact, version, ""), path));
        }
    }

    private static Component byName(String path) {
        String file = path.substring(path.lastIndexOf('/') + 1);
        Matcher named = NAME.matcher(file);
        String artifact = named.matches() ? named.group(1) : file.substring(0, file.length() - ".jar".length());
        String version = named.matches() ? named.group(2) : "";
        // Without its group it is not one of Maven's, so its URL is a generic one.
        return new Component("library", artifact, version, PackageUrl.of("generic", "", artifact, version, ""), path);
    }
}
