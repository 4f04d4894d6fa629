/** The enclave's file service as seen from the parent instance. */
@NullMarked
package dev.cloister.host.remote;

import org.jspecify.annotations.NullMarked;
