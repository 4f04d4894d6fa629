/** A security module in memory, and the authority that stands in for AWS's and signs its documents. */
@NullMarked
package dev.cloister.local.nsm;

import org.jspecify.annotations.NullMarked;
