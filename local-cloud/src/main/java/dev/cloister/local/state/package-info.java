/** The directory in which the local cloud keeps what outlives a restart. */
@NullMarked
package dev.cloister.local.state;

import org.jspecify.annotations.NullMarked;
