/** The file tree of an image: where it comes from and what it may hold. */
@NullMarked
package dev.cloister.image.rootfs;

import org.jspecify.annotations.NullMarked;
