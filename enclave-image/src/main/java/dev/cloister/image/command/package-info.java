/** The commands {@code cloister image} and {@code cloister key}. */
@NullMarked
package dev.cloister.image.command;

import org.jspecify.annotations.NullMarked;
