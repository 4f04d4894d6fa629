package dev.cloister.image.rootfs;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * How a container image wants to be started, as its configuration says.
 *
 * @param user USER: empty, or a user's name or number, with {@code :} and a group's after it
 * @param workingDirectory WORKDIR, empty for the root
 * @param environment ENV, in the image's order
 * @param entrypoint ENTRYPOINT, empty without one
 * @param command CMD, empty without one
 */
public record ContainerConfig(
        String user,
        String workingDirectory,
        Map<String, String> environment,
        List<String> entrypoint,
        List<String> command) {
    /** What is started: CMD is appended to ENTRYPOINT. */
    public List<String> arguments() {
        return Stream.concat(entrypoint.stream(), command.stream()).toList();
    }
}
