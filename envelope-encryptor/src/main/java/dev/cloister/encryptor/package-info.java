/** The command cloister encrypt. */
@NullMarked
package dev.cloister.encryptor;

import org.jspecify.annotations.NullMarked;
