/** What every cloister command has in common. */
@NullMarked
package dev.cloister.cli;

import org.jspecify.annotations.NullMarked;
