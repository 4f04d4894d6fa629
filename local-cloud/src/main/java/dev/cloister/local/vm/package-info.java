/**
 * Virtual machines: an image boots in QEMU and talks AF_VSOCK, which a vhost-user device of this package carries to a
 * folder of unix sockets. The guest is not trusted: whatever it writes into its rings is checked before it is used.
 */
@NullMarked
package dev.cloister.local.vm;

import org.jspecify.annotations.NullMarked;
