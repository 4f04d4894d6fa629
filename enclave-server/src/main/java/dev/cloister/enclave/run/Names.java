package dev.cloister.enclave.run;

import dev.cloister.protocol.run.Refusal;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The rules for names that come from the client. */
final class Names {
    private static final int MAX_COMPONENT_BYTES = 255;
    private static final int MAX_PATH_BYTES = 3072;
    private static final int MAX_QUOTED = 100;

    private Names() {}

    /** Checks that it is the name of an entry of a folder: no slash, neither {@code .} nor {@code ..}. */
    static void requireComponent(String name, String what) throws RefusedException {
        if (name.isEmpty() || name.equals(".") || name.equals("..") || name.indexOf('/') >= 0) {
            throw refused(what + " " + quote(name) + " is not the plain name of a file");
        }
        requireSane(name, what);
        if (name.getBytes(StandardCharsets.UTF_8).length > MAX_COMPONENT_BYTES) {
            throw refused(what + " " + quote(name) + " is too long");
        }
    }

    /** Splits a path without a slash at its ends into components and checks each. */
    static List<String> requireComponents(String path, String what) throws RefusedException {
        if (path.getBytes(StandardCharsets.UTF_8).length > MAX_PATH_BYTES) {
            throw refused(what + " " + quote(path) + " is too long");
        }
        List<String> components = List.of(path.split("/", -1));
        for (String component : components) {
            if (component.isEmpty() || component.equals(".") || component.equals("..")) {
                throw refused(what + " " + quote(path) + " has an empty, '.' or '..' component");
            }
            requireComponent(component, what);
        }
        return components;
    }

    /** The name in quotes, cut, and on one line whatever it holds. */
    static String quote(String name) {
        String cut = name.length() <= MAX_QUOTED ? name : name.substring(0, MAX_QUOTED) + "...";
        StringBuilder quoted = new StringBuilder("'");
        cut.codePoints().forEach(c -> quoted.appendCodePoint(Character.isISOControl(c) ? '?' : c));
        return quoted.append('\'').toString();
    }

    private static void requireSane(String name, String what) throws RefusedException {
        if (name.chars().anyMatch(Character::isISOControl)) {
            throw refused(what + " " + quote(name) + " holds a control character");
        }
    }

    private static RefusedException refused(String message) {
        return new RefusedException(Refusal.BAD_REQUEST, message);
    }
}
