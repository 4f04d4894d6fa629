/** The "newc" archive that ramdisks are, as the kernel unpacks it. */
@NullMarked
package dev.cloister.image.cpio;

import org.jspecify.annotations.NullMarked;
