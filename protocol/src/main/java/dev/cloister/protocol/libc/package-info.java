/** Calls to the C library through the foreign function API. */
@NullMarked
package dev.cloister.protocol.libc;

import org.jspecify.annotations.NullMarked;
