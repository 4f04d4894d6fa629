package dev.cloister.image.rootfs;

/**
 * What one origin brought into the finished tree: what a later layer hid or replaced does not count.
 *
 * @param origin the layer or overlay
 * @param files number of files and symbolic links
 * @param bytes size of their contents, link targets not counted
 */
public record Contribution(Origin origin, int files, long bytes) {}
