package dev.cloister.envelope.archive;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules for names and link targets, docs/format/envelope-v1.md sections 4.3 and 4.4. */
final class EntryNames {
    /** Section 4.3; leaves room for the directory that is unpacked into below the 4096 bytes of a path on Linux. */
    static final int MAX_NAME_BYTES = 3072;

    /** Section 4.3. */
    static final int MAX_COMPONENT_BYTES = 255;

    private static final String PARENT = "..";

    private EntryNames() {}

    /** What is wrong with the name, or null. */
    static @Nullable String faultOfName(String name) {
        if (name.startsWith("/")) {
            return "its name is absolute";
        }
        if (utf8Length(name) > MAX_NAME_BYTES) {
            return "its name is longer than " + MAX_NAME_BYTES + " bytes";
        }
        for (String component : components(name)) {
            String fault = component.equals(PARENT) ? "its name contains .." : faultOfComponent(component);
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    /** What is wrong with the target of the link of that name, or null. The name itself is taken to be checked. */
    static @Nullable String faultOfTarget(String name, String target) {
        if (target.startsWith("/")) {
            return "it is a link to an absolute path";
        }
        if (utf8Length(target) > MAX_NAME_BYTES) {
            return "its link target is longer than " + MAX_NAME_BYTES + " bytes";
        }
        int parents = components(name).size() - 1;
        boolean climbing = true;
        for (String component : components(target)) {
            if (!component.equals(PARENT)) {
                climbing = false;
                String fault = faultOfComponent(component);
                if (fault != null) {
                    return fault;
                }
            } else if (!climbing) {
                return "its link target has .. after a name";
            } else if (--parents < 0) {
                return "it is a link out of the tree";
            }
        }
        return null;
    }

    /** The name of the directory that holds the named entry; empty for one at the top. */
    static String parent(String name) {
        return name.substring(0, Math.max(0, name.lastIndexOf('/')));
    }

    private static @Nullable String faultOfComponent(String component) {
        if (component.isEmpty() || component.equals(".")) {
            return "its name or target has an empty component";
        }
        if (component.indexOf('\0') >= 0) {
            return "its name or target contains NUL";
        }
        if (utf8Length(component) > MAX_COMPONENT_BYTES) {
            return "its name or target has a component of more than " + MAX_COMPONENT_BYTES + " bytes";
        }
        return null;
    }

    private static List<String> components(String path) {
        return List.of(path.split("/", -1));
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
