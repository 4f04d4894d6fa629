/** Messages of the run service (vsock port 6000). */
@NullMarked
package dev.cloister.protocol.run;

import org.jspecify.annotations.NullMarked;
