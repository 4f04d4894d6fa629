/** The KMS key policy that names the images which may decrypt. */
@NullMarked
package dev.cloister.image.key;

import org.jspecify.annotations.NullMarked;
