/** The HTTPS server in front of the services that speak AWS's own protocols. */
@NullMarked
package dev.cloister.local.http;

import org.jspecify.annotations.NullMarked;
