package dev.cloister.image.container;

import dev.cloister.image.rootfs.ContainerConfig;
import java.util.List;

/**
 * A container image for one platform.
 *
 * @param digest of its configuration, which is also its id
 * @param config how it wants to be started
 * @param layers from the lowest up
 */
record ContainerImage(Digest digest, ContainerConfig config, List<Layer> layers) {}
