package dev.cloister.image.rootfs;

/**
 * A layer of a container image, as it was read.
 *
 * @param digest of its contents without their compression, {@code sha256:…}; it has been verified
 * @param bytes size of its contents without their compression
 */
public record SourceLayer(String digest, long bytes) {}
