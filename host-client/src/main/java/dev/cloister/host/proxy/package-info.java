/** The KMS forwarder of the parent instance. */
@NullMarked
package dev.cloister.host.proxy;

import org.jspecify.annotations.NullMarked;
