/** A client of CloudFormation: what {@code cloister local deploy} and the demo deploy stacks with. */
@NullMarked
package dev.cloister.local.deploy;

import org.jspecify.annotations.NullMarked;
