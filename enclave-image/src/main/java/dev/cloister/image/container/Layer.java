package dev.cloister.image.container;

import dev.cloister.image.file.FileRegion;
import java.util.Optional;

/**
 * One layer of a container image.
 *
 * @param archive as it is stored
 * @param digest of the stored bytes, where the image says it
 * @param contents digest of the bytes without their compression
 * @param history the step that made it, empty where the image does not tell
 */
record Layer(FileRegion archive, Optional<Digest> digest, Digest contents, String history) {}
