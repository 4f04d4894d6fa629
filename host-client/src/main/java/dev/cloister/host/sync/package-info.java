/** The command that mounts the synced folder. */
@NullMarked
package dev.cloister.host.sync;

import org.jspecify.annotations.NullMarked;
