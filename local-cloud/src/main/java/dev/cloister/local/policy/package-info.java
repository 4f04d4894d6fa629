/** AWS policy documents: parsing, and the decision they lead to. */
@NullMarked
package dev.cloister.local.policy;

import org.jspecify.annotations.NullMarked;
