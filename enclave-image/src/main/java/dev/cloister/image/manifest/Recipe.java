package dev.cloister.image.manifest;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Everything that an image is made from, whether a manifest says it or a command line.
 *
 * @param name how the image calls itself
 * @param version its version
 * @param epoch the build time in seconds since 1970
 * @param blobs folder of kernel, command line, init and driver
 * @param rootfs the root filesystem: directory, tar archive or container image
 * @param server folder of the enclave server
 * @param policy the server's settings: written by {@code policy} or taken from a file
 * @param kmsRoots authorities that may vouch for KMS
 * @param overlays what is laid over the root filesystem, in order
 * @param modes permissions of single files and folders of the image, after all overlays
 * @param launch what is started
 */
public record Recipe(
        String name,
        String version,
        long epoch,
        Path blobs,
        Path rootfs,
        Optional<Path> server,
        Optional<ServerPolicy> policy,
        Optional<Path> kmsRoots,
        List<Layer> overlays,
        Map<String, Integer> modes,
        Start launch) {
    /**
     * A file or folder of this machine and its place in the image.
     *
     * @param path in the image
     * @param from on this machine
     */
    public record Layer(String path, Path from) {}

    /**
     * What is started; what is left open is as the container image says it.
     *
     * @param command in place of ENTRYPOINT and CMD together; empty for those
     * @param environment over the image's own
     * @param user in place of USER
     * @param directory in place of WORKDIR
     */
    public record Start(
            List<String> command, Map<String, String> environment, Optional<String> user, Optional<String> directory) {}
}
