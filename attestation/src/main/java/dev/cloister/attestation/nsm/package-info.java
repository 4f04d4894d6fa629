/** The messages of the Nitro Security Module (NSM), and a client for them. */
@NullMarked
package dev.cloister.attestation.nsm;

import org.jspecify.annotations.NullMarked;
