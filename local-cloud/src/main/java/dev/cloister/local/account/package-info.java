/** Accounts, their roles, and the temporary credentials of those roles. */
@NullMarked
package dev.cloister.local.account;

import org.jspecify.annotations.NullMarked;
