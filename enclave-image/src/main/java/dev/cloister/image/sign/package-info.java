/** Signs images with the key of a certificate, which is then measured into PCR8. */
@NullMarked
package dev.cloister.image.sign;

import org.jspecify.annotations.NullMarked;
