package dev.cloister.enclave.console;

import java.io.PrintStream;
import org.jspecify.annotations.Nullable;

/**
 * The enclave's console, which only a debug enclave shows to its parent. All the same nothing of a package, no key, no
 * credential and no name of a file is written to it.
 */
public final class Console {
    private static final int MAX_FRAMES = 12;

    private final PrintStream out;

    public Console(PrintStream out) {
        this.out = out;
    }

    /** Writes one line. */
    public void line(String text) {
        out.println("cloister: " + text);
    }

    /** Writes where something was thrown, without the messages, which may hold names of files. */
    public void failure(String what, Throwable thrown) {
        StringBuilder text = new StringBuilder("cloister: error: ").append(what);
        for (@Nullable Throwable t = thrown; t != null; t = t.getCause()) {
            text.append("\n  ").append(t.getClass().getName());
            StackTraceElement[] frames = t.getStackTrace();
            for (int i = 0; i < Math.min(MAX_FRAMES, frames.length); i++) {
                text.append("\n    at ").append(frames[i]);
            }
        }
        out.println(text);
    }
}
