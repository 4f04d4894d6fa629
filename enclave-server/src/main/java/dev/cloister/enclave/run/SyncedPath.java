package dev.cloister.enclave.run;

import dev.cloister.protocol.run.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A path of the synced folder that an application is given: in an argument it is written as an absolute path, and the
 * application finds it there.
 *
 * @param components at least one, none of them empty, {@code .} or {@code ..}
 */
record SyncedPath(List<String> components) {
    /** First components that mean the sandbox's own system; a synced folder cannot take their place. */
    private static final Set<String> SYSTEM = Set.of(
            "app", "bin", "boot", "dev", "etc", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt",
            "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr", "var");

    /** The paths that arguments mean: an argument that is an absolute path, or holds one after its {@code =}. */
    static List<SyncedPath> among(List<String> arguments) throws RefusedException {
        List<SyncedPath> paths = new ArrayList<>();
        for (String argument : arguments) {
            Optional<String> path = absolutePathIn(argument);
            if (path.isPresent()) {
                paths.add(parse(path.get()));
            }
        }
        return paths;
    }

    /** Where the application finds it. */
    String text() {
        return "/" + String.join("/", components);
    }

    private static Optional<String> absolutePathIn(String argument) {
        if (argument.startsWith("/")) {
            return Optional.of(argument);
        }
        int equals = argument.indexOf("=/");
        return equals < 0 ? Optional.empty() : Optional.of(argument.substring(equals + 1));
    }

    private static SyncedPath parse(String path) throws RefusedException {
        if (path.equals("/")) {
            throw refused("the argument / would give the whole synced folder: name a folder in it");
        }
        String bare = path.substring(1, path.endsWith("/") ? path.length() - 1 : path.length());
        List<String> components = Names.requireComponents(bare, "the path");
        if (SYSTEM.contains(components.getFirst())) {
            throw refused("the path " + Names.quote(path) + " cannot be given: /" + components.getFirst()
                    + " is a folder of the enclave's system");
        }
        return new SyncedPath(components);
    }

    private static RefusedException refused(String message) {
        return new RefusedException(Refusal.BAD_REQUEST, message);
    }
}
