/** Enclave images, their measurements, and the key policy that names them. */
@NullMarked
package dev.cloister.image;

import org.jspecify.annotations.NullMarked;
