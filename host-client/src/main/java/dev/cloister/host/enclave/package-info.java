/** Finding the enclave to talk to. */
@NullMarked
package dev.cloister.host.enclave;

import org.jspecify.annotations.NullMarked;
