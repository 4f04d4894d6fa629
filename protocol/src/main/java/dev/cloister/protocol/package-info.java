/** What the parent instance and the enclave say to each other. */
@NullMarked
package dev.cloister.protocol;

import org.jspecify.annotations.NullMarked;
