/** The enclave's half of KMS's encryption for a recipient. */
@NullMarked
package dev.cloister.attestation.recipient;

import org.jspecify.annotations.NullMarked;
