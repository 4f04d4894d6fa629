/** The few Linux calls behind mounts and pinned paths that the JDK does not offer. */
@NullMarked
package dev.cloister.enclave.kernel;

import org.jspecify.annotations.NullMarked;
