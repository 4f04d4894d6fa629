/** The package format v1, as docs/format/envelope-v1.md describes it. */
@NullMarked
package dev.cloister.envelope;

import org.jspecify.annotations.NullMarked;
