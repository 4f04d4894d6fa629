/** Builds an image from its parts, the same bytes every time, and unpacks one. */
@NullMarked
package dev.cloister.image.build;

import org.jspecify.annotations.NullMarked;
