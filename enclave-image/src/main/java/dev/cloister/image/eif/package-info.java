/** The Enclave Image Format, version 4, and the PCRs that an image boots with. */
@NullMarked
package dev.cloister.image.eif;

import org.jspecify.annotations.NullMarked;
