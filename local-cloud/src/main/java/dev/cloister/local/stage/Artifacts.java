package dev.cloister.local.stage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What goes into the demo's image and takes long to make: the userland from Debian's packages, the kernel, the Java
 * runtime. Each is kept below {@code target/demo} under a name that changes with what it is made from.
 */
final class Artifacts {
    private final Path home;
    private final Path kept;
    private final Commands commands;

    Artifacts(Path home, Commands commands) throws IOException {
        this.home = home;
        this.kept = Files.createDirectories(home.resolve("target/demo"));
        this.commands = commands;
    }

    /** The application's userland: a tar archive. */
    Path userland() throws IOException, StageException {
        Path packages = home.resolve("examples/digits/userland/packages.txt");
        Path script = home.resolve("examples/userland.sh");
        Path tar = kept.resolve("userland-" + digest(packages, script) + ".tar");
        if (!Files.exists(tar)) {
            commands.program("bash", script.toString(), packages.toString(), tar.toString());
        }
        return tar;
    }

    /** Kernel, command line and init. */
    Path blobs() throws IOException, StageException {
        Path script = home.resolve("enclave-image/blobs/debian.sh");
        Path init = home.resolve("enclave-image/blobs/init.c");
        Path blobs = kept.resolve("blobs-" + digest(script, init));
        if (!Files.isDirectory(blobs)) {
            commands.program("bash", script.toString(), blobs.toString());
        }
        return blobs;
    }

    /** The enclave server with the Java runtime it needs. */
    Path server() throws IOException, StageException {
        Path jars = home.resolve("enclave-server/target/server/lib");
        Path server = kept.resolve("server");
        Path runtime = server.resolve("runtime");
        if (!Files.isDirectory(runtime)) {
            Files.createDirectories(server);
            commands.cloister("image", "runtime", "--jars", jars.toString(), "-o", runtime.toString());
        }
        Path link = server.resolve("lib");
        Files.deleteIfExists(link);
        Files.createSymbolicLink(link, jars);
        return server;
    }

    private static String digest(Path... files) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Path file : files) {
                digest.update(Files.readAllBytes(file));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java runtime has SHA-256", e);
        }
    }
}
