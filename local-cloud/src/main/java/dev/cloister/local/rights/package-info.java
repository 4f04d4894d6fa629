/** Who may do what: a table, and what the policies of the synthesized templates say to each of its rows. */
@NullMarked
package dev.cloister.local.rights;

import org.jspecify.annotations.NullMarked;
