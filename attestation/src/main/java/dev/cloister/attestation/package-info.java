/** Proof of what an enclave runs, and what KMS answers to it. */
@NullMarked
package dev.cloister.attestation;

import org.jspecify.annotations.NullMarked;
