package dev.cloister.local;

import java.io.IOException;
import java.nio.file.Path;

/** Another local cloud is serving the state directory. */
public final class StateInUseException extends IOException {
    private static final long serialVersionUID = 1;

    StateInUseException(Path state) {
        super("another local cloud is running on " + state);
    }
}
