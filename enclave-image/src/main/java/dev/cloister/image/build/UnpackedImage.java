package dev.cloister.image.build;

import dev.cloister.image.eif.Measurements;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * An image's application, unpacked.
 *
 * @param rootfs the folder that holds its root filesystem
 * @param arguments the program and its arguments
 * @param environment the whole environment, in the image's order
 * @param measurements the registers the image boots with
 */
public record UnpackedImage(
        Path rootfs, List<String> arguments, Map<String, String> environment, Measurements measurements) {}
