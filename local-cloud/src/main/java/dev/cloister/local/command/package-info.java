/** The commands cloister local. */
@NullMarked
package dev.cloister.local.command;

import org.jspecify.annotations.NullMarked;
