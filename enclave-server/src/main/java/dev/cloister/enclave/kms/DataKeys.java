package dev.cloister.enclave.kms;

import dev.cloister.enclave.timing.Phases;
import dev.cloister.envelope.DataKey;
import dev.cloister.protocol.run.Credentials;

/** Who hands out data keys. Safe for use by several threads. */
@FunctionalInterface
public interface DataKeys {
    /**
     * Gets a data key unwrapped, for this enclave alone to read.
     *
     * @param credentials of the parent's role, used for this call only
     * @param phases is told what takes how long
     * @return the key, which the caller closes
     */
    DataKey unwrap(WrappedKey key, Credentials credentials, Phases phases) throws KeyRefusedException;
}
