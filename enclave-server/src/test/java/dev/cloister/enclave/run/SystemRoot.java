package dev.cloister.enclave.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** An image's root in which the programs are this machine's, and {@code /etc} and {@code /opt} are the server's. */
final class SystemRoot {
    private SystemRoot() {}

    static Path withServerSettings() throws IOException {
        Path root = Files.createTempDirectory("system");
        Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.createDirectories(root.resolve("etc/cloister"));
        Files.writeString(root.resolve("etc/cloister/enclave.yaml"), "limits: {runs: 1}");
        Files.createDirectories(root.resolve("opt/cloister"));
        for (String name : new String[] {"bin", "lib", "lib64", "sbin"}) {
            Path real = Path.of("/" + name);
            if (Files.isSymbolicLink(real)) {
                Files.createSymbolicLink(root.resolve(name), Files.readSymbolicLink(real));
            }
        }
        Files.createDirectory(root.resolve("usr"));
        bind("mount", "--bind", "/usr", root.resolve("usr").toString());
        return root;
    }

    static void remove(Path root) throws IOException {
        bind("umount", root.resolve("usr").toString());
        for (String name : new String[] {
            "bin",
            "lib",
            "lib64",
            "sbin",
            "usr",
            "etc/cloister/enclave.yaml",
            "etc/cloister",
            "etc",
            "opt/cloister",
            "opt",
            ""
        }) {
            Files.deleteIfExists(root.resolve(name));
        }
    }

    private static void bind(String... command) throws IOException {
        try {
            if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
                throw new IOException(String.join(" ", command) + " failed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
