/** Judges a key's policy and grants: who could decrypt without the attestation of a pinned image, and how. */
@NullMarked
package dev.cloister.image.audit;

import org.jspecify.annotations.NullMarked;
