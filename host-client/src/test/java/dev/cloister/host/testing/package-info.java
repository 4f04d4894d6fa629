/** Stand-ins for an enclave's services, and a way to run the commands as processes. */
@NullMarked
package dev.cloister.host.testing;

import org.jspecify.annotations.NullMarked;
