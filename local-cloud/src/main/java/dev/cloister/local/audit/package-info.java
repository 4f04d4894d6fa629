/** The record of calls. */
@NullMarked
package dev.cloister.local.audit;

import org.jspecify.annotations.NullMarked;
