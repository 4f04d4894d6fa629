/** KMS's half of its encryption for a recipient. */
@NullMarked
package dev.cloister.local.kms.recipient;

import org.jspecify.annotations.NullMarked;
