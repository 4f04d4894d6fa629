/**
 * The Key Management Service: its wire protocol (awsJson1_1), its keys, and what it does with them. What it does
 * otherwise than AWS stands in the module's README.
 */
@NullMarked
package dev.cloister.local.kms;

import org.jspecify.annotations.NullMarked;
