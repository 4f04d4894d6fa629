/** The certificate authority under which the local cloud's servers are trusted. */
@NullMarked
package dev.cloister.local.tls;

import org.jspecify.annotations.NullMarked;
