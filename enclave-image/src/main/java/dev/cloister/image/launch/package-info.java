/** How an image's program comes to run as the user and in the directory that it is meant for. */
@NullMarked
package dev.cloister.image.launch;

import org.jspecify.annotations.NullMarked;
