/** As much of the Security Token Service as tells a caller who they are. */
@NullMarked
package dev.cloister.local.sts;

import org.jspecify.annotations.NullMarked;
