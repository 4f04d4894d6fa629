/** Reads the packages of the AWS sample, docs/format/envelope-v1.md section 5. */
@NullMarked
package dev.cloister.envelope.sample;

import org.jspecify.annotations.NullMarked;
