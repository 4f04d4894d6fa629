/** Names and contents of files on their way into and out of an image. */
@NullMarked
package dev.cloister.image.file;

import org.jspecify.annotations.NullMarked;
