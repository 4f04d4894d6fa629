/** The ways to the Nitro Security Module. */
@NullMarked
package dev.cloister.enclave.nsm;

import org.jspecify.annotations.NullMarked;
