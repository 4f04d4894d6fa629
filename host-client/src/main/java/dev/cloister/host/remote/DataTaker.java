package dev.cloister.host.remote;

import java.nio.ByteBuffer;

/** The end of a read that nobody waits for in the call; one of the two is called once, by any thread. */
public interface DataTaker {
    /** Takes the data, which are gone when this returns. */
    void read(ByteBuffer content);

    void failed(int errno);
}
