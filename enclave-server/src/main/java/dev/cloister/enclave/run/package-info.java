/** The run service: one application of a third party on the data it is given. */
@NullMarked
package dev.cloister.enclave.run;

import org.jspecify.annotations.NullMarked;
