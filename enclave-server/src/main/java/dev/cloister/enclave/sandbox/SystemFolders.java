package dev.cloister.enclave.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The image's userland as a sandbox sees it, read-only: programs, libraries, {@code /etc} without the server's own
 * settings. {@code /opt}, where the server lies, is no part of it.
 */
public final class SystemFolders {
    private static final List<String> PROGRAMS = List.of("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32");
    private static final String SETTINGS = "/etc/cloister";

    private final List<String> bubblewrapArguments;

    private SystemFolders(List<String> bubblewrapArguments) {
        this.bubblewrapArguments = List.copyOf(bubblewrapArguments);
    }

    /** Looks at what there is below a root, normally {@code /}. */
    public static SystemFolders of(Path root) throws IOException {
        List<String> arguments = new ArrayList<>();
        for (String name : PROGRAMS) {
            Path folder = root.resolve(name);
            if (Files.isSymbolicLink(folder)) {
                arguments.addAll(
                        List.of("--symlink", Files.readSymbolicLink(folder).toString(), "/" + name));
            } else if (Files.isDirectory(folder)) {
                arguments.addAll(List.of("--ro-bind", folder.toString(), "/" + name));
            }
        }
        Path etc = root.resolve("etc");
        if (Files.isDirectory(etc)) {
            arguments.addAll(List.of("--ro-bind", etc.toString(), "/etc"));
        }
        if (Files.exists(root.resolve(SETTINGS.substring(1)))) {
            arguments.addAll(List.of("--perms", "0000", "--tmpfs", SETTINGS, "--remount-ro", SETTINGS));
        }
        return new SystemFolders(arguments);
    }

    List<String> bubblewrapArguments() {
        return bubblewrapArguments;
    }
}
