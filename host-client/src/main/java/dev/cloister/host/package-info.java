/** The commands of the enclave user on the parent instance. */
@NullMarked
package dev.cloister.host;

import org.jspecify.annotations.NullMarked;
