/** Container images as root filesystems: OCI layouts and archives, and what {@code docker save} writes. */
@NullMarked
package dev.cloister.image.container;

import org.jspecify.annotations.NullMarked;
