/** Verification of requests signed with AWS Signature Version 4. */
@NullMarked
package dev.cloister.local.sigv4;

import org.jspecify.annotations.NullMarked;
