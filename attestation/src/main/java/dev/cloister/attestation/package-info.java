/**
 * What proves an enclave to the rest of the world: the security module's messages, the documents it signs and the
 * ciphertexts that only the enclave named in such a document can open.
 *
 * <p>This package holds the value type the others share.
 */
@NullMarked
package dev.cloister.attestation;

import org.jspecify.annotations.NullMarked;
