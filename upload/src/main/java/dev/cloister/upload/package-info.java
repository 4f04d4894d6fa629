/** AWS as the third party's commands use it: clients, failures in words, uploads to a bucket of another account. */
@NullMarked
package dev.cloister.upload;

import org.jspecify.annotations.NullMarked;
