/** Looks into images: what is in them, and what tells two of them apart. */
@NullMarked
package dev.cloister.image.inspect;

import org.jspecify.annotations.NullMarked;
