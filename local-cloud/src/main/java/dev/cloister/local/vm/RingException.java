package dev.cloister.local.vm;

/** What a guest, or the machine it runs in, has laid out in its memory breaks a rule of virtio. */
final class RingException extends Exception {
    private static final long serialVersionUID = 1;

    RingException(String message) {
        super(message);
    }
}
