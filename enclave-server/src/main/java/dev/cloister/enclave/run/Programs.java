package dev.cloister.enclave.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Where an application's command is looked up. */
final class Programs {
    /** PATH in the sandbox. */
    static final String PATH = "/usr/local/bin:/usr/bin:/bin";

    /** Where the package lies in the sandbox. */
    static final String PACKAGE = "/app";

    private Programs() {}

    /** Whether there is such a program, so that its lack can be told from a failure of the application. */
    static boolean exists(String program, Path packageFolder, Path system) {
        if (program.startsWith(PACKAGE + "/")) {
            return isThere(packageFolder.resolve(program.substring(PACKAGE.length() + 1)));
        }
        if (program.startsWith("/")) {
            return isThere(system.resolve(program.substring(1)));
        }
        if (program.contains("/")) {
            return isThere(packageFolder.resolve(program));
        }
        return List.of(PATH.split(":")).stream()
                .anyMatch(folder -> isThere(system.resolve(folder.substring(1)).resolve(program)));
    }

    private static boolean isThere(Path path) {
        return Files.exists(path);
    }
}
