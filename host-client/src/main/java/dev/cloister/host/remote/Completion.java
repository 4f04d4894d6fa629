package dev.cloister.host.remote;

/** The end of a request that nobody waits for in the call; called once, by any thread. */
public interface Completion {
    /** Takes the errno; 0 is success. */
    void ended(int errno);
}
