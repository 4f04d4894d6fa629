/** The program that runs inside the enclave. */
@NullMarked
package dev.cloister.enclave;

import org.jspecify.annotations.NullMarked;
