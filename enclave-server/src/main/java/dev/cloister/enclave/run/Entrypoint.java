package dev.cloister.enclave.run;

import dev.cloister.protocol.run.Refusal;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;

/**
 * What of a package runs. With a {@code cloister.yaml} it is one of the entrypoints declared there, and nothing else;
 * without one it is a regular file of the package, run by {@code python3} as the AWS sample does.
 */
final class Entrypoint {
    private static final String INTERPRETER = "python3";

    private Entrypoint() {}

    /** Checks a name as far as it can be without the package: relative, no way out of the package, no option. */
    static void requirePlausible(String name) throws RefusedException {
        if (name.startsWith("/") || name.startsWith("-")) {
            throw new RefusedException(
                    Refusal.BAD_REQUEST,
                    "the entrypoint " + Names.quote(name) + " is not the name of an entrypoint or file of the package");
        }
        List<String> _ = Names.requireComponents(name, "the entrypoint");
    }

    /**
     * Its command line.
     *
     * @param name that has passed {@link #requirePlausible}
     * @param system root of the image's file system
     */
    static List<String> commandLine(Manifest manifest, String name, Path packageFolder, Path system)
            throws RefusedException {
        List<String> command = manifest.entrypoints().isPresent()
                ? manifest.entrypoints().get().get(name)
                : script(name, packageFolder);
        if (command == null) {
            throw new RefusedException(
                    Refusal.ENTRYPOINT_NOT_FOUND, "the package declares no entrypoint " + Names.quote(name));
        }
        if (!Programs.exists(command.getFirst(), packageFolder, system)) {
            throw new RefusedException(
                    Refusal.ENTRYPOINT_NOT_FOUND,
                    "the program of the entrypoint " + Names.quote(name)
                            + " is neither in the package nor in the image");
        }
        return command;
    }

    private static List<String> script(String name, Path packageFolder) throws RefusedException {
        Path file = packageFolder;
        for (String component : Names.requireComponents(name, "the entrypoint")) {
            file = file.resolve(component);
            if (Files.isSymbolicLink(file)) {
                throw new RefusedException(
                        Refusal.ENTRYPOINT_NOT_FOUND,
                        "the entrypoint " + Names.quote(name) + " is reached through a symbolic link");
            }
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new RefusedException(Refusal.ENTRYPOINT_NOT_FOUND, "the package has no file " + Names.quote(name));
        }
        return List.of(INTERPRETER, name);
    }
}
