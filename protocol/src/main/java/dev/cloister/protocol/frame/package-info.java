/** Length-prefixed frames, and strict reading and writing of their fields. */
@NullMarked
package dev.cloister.protocol.frame;

import org.jspecify.annotations.NullMarked;
