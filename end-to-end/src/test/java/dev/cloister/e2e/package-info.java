/** Tests that need more than one module. */
@NullMarked
package dev.cloister.e2e;

import org.jspecify.annotations.NullMarked;
