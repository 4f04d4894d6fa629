/** Starting commands that go on in the background. */
@NullMarked
package dev.cloister.host.daemon;

import org.jspecify.annotations.NullMarked;
