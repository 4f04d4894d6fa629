/** Both parties, on this machine: what each of them does, with the real commands, for the demo and for tests. */
@NullMarked
package dev.cloister.local.stage;

import org.jspecify.annotations.NullMarked;
