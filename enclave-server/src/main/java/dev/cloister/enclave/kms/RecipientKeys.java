package dev.cloister.enclave.kms;

import dev.cloister.attestation.recipient.RecipientKey;
import java.security.SecureRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** RSA key pairs made ahead of need, as making one takes longer than the rest of a run. Each is handed out once. */
public final class RecipientKeys implements AutoCloseable {
    private static final int AHEAD = 2;

    private final BlockingQueue<RecipientKey> ready = new ArrayBlockingQueue<>(AHEAD);
    private final Thread maker;

    public RecipientKeys(SecureRandom random) {
        maker = Thread.ofPlatform().name("recipient-keys").daemon().start(() -> makeAhead(random));
    }

    private void makeAhead(SecureRandom random) {
        try {
            while (true) {
                ready.put(RecipientKey.generate(random));
            }
        } catch (InterruptedException closed) {
            ready.clear();
        }
    }

    /** A fresh key pair, which the caller closes; waits for one if need be. */
    public RecipientKey take() throws InterruptedException {
        return ready.take();
    }

    @Override
    public void close() {
        maker.interrupt();
    }
}
