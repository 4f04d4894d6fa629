package dev.cloister.host.remote;

import dev.cloister.protocol.frame.Frame;
import java.io.IOException;

/**
 * What becomes of a request. One of the two methods is called, once, by whichever thread reads the answers at the time;
 * neither may wait for another answer.
 */
interface Answer {
    /** The answer has come; whoever takes it closes the frame. */
    void arrived(Frame frame);

    /** The connection has ended without one. */
    void lost(IOException why);

    /** Whether somebody waits for it, so that it must be read as soon as it comes. */
    boolean isUrgent();
}
