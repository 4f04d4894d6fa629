/** Byte streams over AF_VSOCK and unix sockets, and the addresses that name them. */
@NullMarked
package dev.cloister.protocol.channel;

import org.jspecify.annotations.NullMarked;
