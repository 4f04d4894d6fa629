/** The FUSE side of the synced folder: libfuse, mount points, translation of calls. */
@NullMarked
package dev.cloister.host.mount;

import org.jspecify.annotations.NullMarked;
