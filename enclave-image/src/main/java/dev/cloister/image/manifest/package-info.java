/** {@code image.yaml}: everything that goes into an image, in one file. */
@NullMarked
package dev.cloister.image.manifest;

import org.jspecify.annotations.NullMarked;
