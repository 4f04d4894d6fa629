/** JSON from outside, read strictly. */
@NullMarked
package dev.cloister.local.json;

import org.jspecify.annotations.NullMarked;
