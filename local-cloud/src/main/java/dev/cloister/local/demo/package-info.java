/** The command cloister demo: every persona's part, one after another, with the real commands. */
@NullMarked
package dev.cloister.local.demo;

import org.jspecify.annotations.NullMarked;
