package dev.cloister.image.build;

import dev.cloister.image.file.ImagePath;
import dev.cloister.image.rootfs.Origin;
import dev.cloister.image.rootfs.Overlay;
import java.nio.file.Path;
import java.util.List;

/**
 * The enclave server in an image: its Java runtime and libraries, its configuration, and the authorities it trusts to
 * be KMS.
 */
public final class EnclaveLayer {
    /** Where the server lies: {@code runtime/}, a Java runtime, and {@code lib/}, its jars. */
    public static final ImagePath HOME = ImagePath.of("opt/cloister");

    /** Its configuration. */
    public static final ImagePath CONFIGURATION = ImagePath.of("etc/cloister/enclave.yaml");

    /** PEM certificates of the only authorities that KMS's TLS certificate may come from. */
    public static final ImagePath KMS_ROOTS = ImagePath.of("etc/cloister/kms-roots.pem");

    /** Says that KMS is whom {@link #KMS_ROOTS} vouches for; for an image that brings those and no configuration. */
    public static final String TRUST_KMS_ROOTS = "kms: {roots: /" + KMS_ROOTS + "}\n";

    /**
     * Starts it. The serial collector and small stacks suit an enclave of one or two processors. Decryption is worth
     * compiling early. A library that zstd brings is unpacked and loaded where AWS's init allows it: {@code /tmp} and
     * {@code /run} are mounted noexec.
     */
    public static final List<String> COMMAND = List.of(
            "/opt/cloister/runtime/bin/java",
            "-XX:+UseSerialGC",
            "-Xss512k",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=CompileThresholdScaling,com.sun.crypto.provider.*::*,0.1",
            "-DZstdTempFolder=/opt/cloister",
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-jar",
            "/opt/cloister/lib/enclave-server.jar");

    private static final Origin ORIGIN = new Origin("server");

    private EnclaveLayer() {}

    /** What a server's folder must hold for {@link #COMMAND} to work, relative to it. */
    public static List<Path> requiredFiles() {
        return List.of(Path.of("runtime/bin/java"), Path.of("lib/enclave-server.jar"));
    }

    /**
     * The overlays that put an enclave server into an image.
     *
     * @param server a folder with {@code runtime/} and {@code lib/}
     */
    public static List<Overlay> overlays(Path server) {
        return List.of(
                new Overlay.FromPath(HOME.resolve("runtime"), server.resolve("runtime"), ORIGIN),
                new Overlay.FromPath(HOME.resolve("lib"), server.resolve("lib"), ORIGIN));
    }
}
