/** The cloud on one machine. */
@NullMarked
package dev.cloister.local;

import org.jspecify.annotations.NullMarked;
