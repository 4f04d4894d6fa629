/** What the server says on its console. */
@NullMarked
package dev.cloister.enclave.console;

import org.jspecify.annotations.NullMarked;
