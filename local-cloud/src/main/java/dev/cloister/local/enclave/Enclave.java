package dev.cloister.local.enclave;

import dev.cloister.image.eif.Measurements;
import dev.cloister.protocol.channel.EnclaveAddress;
import java.io.IOException;

/** An enclave that runs on this machine, whatever keeps it. */
public interface Enclave extends AutoCloseable {
    /** Where its ports are: what {@code --enclave} and {@code CLOISTER_ENCLAVE} take. */
    EnclaveAddress address();

    /** Of its image's file. */
    Measurements measurements();

    boolean isAlive();

    /** Waits until the enclave ends. */
    void await() throws InterruptedException;

    /**
     * Ends the enclave at once, as terminating a real one does, and removes its files. May be called again, and by
     * several threads: each returns when it is done.
     */
    @Override
    void close() throws IOException;
}
