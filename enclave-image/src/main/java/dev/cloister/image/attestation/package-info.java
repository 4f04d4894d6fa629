/** What attestation documents say, for people and programs. */
@NullMarked
package dev.cloister.image.attestation;

import org.jspecify.annotations.NullMarked;
