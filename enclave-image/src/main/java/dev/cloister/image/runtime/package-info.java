/** The Java runtime that goes into an image. */
@NullMarked
package dev.cloister.image.runtime;

import org.jspecify.annotations.NullMarked;
