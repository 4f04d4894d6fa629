/** Where the time of a run goes. */
@NullMarked
package dev.cloister.enclave.timing;

import org.jspecify.annotations.NullMarked;
