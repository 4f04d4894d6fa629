/** Running an application inside the enclave. */
@NullMarked
package dev.cloister.host.run;

import org.jspecify.annotations.NullMarked;
