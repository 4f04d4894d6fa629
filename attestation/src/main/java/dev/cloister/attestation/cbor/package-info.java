/** The part of CBOR (RFC 8949) that the security module and its documents use: a strict reader, a canonical writer. */
@NullMarked
package dev.cloister.attestation.cbor;

import org.jspecify.annotations.NullMarked;
