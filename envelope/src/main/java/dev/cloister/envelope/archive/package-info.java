/** Directory trees to tar and back, trusting neither the archive nor the order in which its entries come. */
@NullMarked
package dev.cloister.envelope.archive;

import org.jspecify.annotations.NullMarked;
