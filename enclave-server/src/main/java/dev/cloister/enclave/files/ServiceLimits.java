package dev.cloister.enclave.files;

import dev.cloister.protocol.sync.Sync;
import java.time.Duration;

/**
 * What one parent instance may take up. Each worker holds at most one request and its answer, so frames and file data
 * take at most {@code connections * workers * } {@link Sync#MAX_BODY} bytes; what is beyond them waits in the socket.
 *
 * @param connections at a time; further ones are closed at once
 * @param workers threads of one connection, which is also how many of its requests run at a time; at least 1
 * @param handles open files and directories of one connection; a further one is refused with EMFILE
 * @param hello how long a client may take to say hello
 * @param write how long a client may leave its answers lying before its connection is closed
 */
record ServiceLimits(int connections, int workers, int handles, Duration hello, Duration write) {
    static final ServiceLimits DEFAULT = new ServiceLimits(32, 4, 4096, Duration.ofSeconds(10), Duration.ofSeconds(60));
}
