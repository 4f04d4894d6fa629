/** Messages of the file service (vsock port 5000). */
@NullMarked
package dev.cloister.protocol.sync;

import org.jspecify.annotations.NullMarked;
