/** Roles, the policies they have, and who may assume them. */
@NullMarked
package dev.cloister.local.iam;

import org.jspecify.annotations.NullMarked;
