/** What the image and its platform tell the server. */
@NullMarked
package dev.cloister.enclave.config;

import org.jspecify.annotations.NullMarked;
