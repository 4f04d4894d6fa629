/** Attestation documents: parsed, verified against a pinned root, and written. */
@NullMarked
package dev.cloister.attestation.document;

import org.jspecify.annotations.NullMarked;
