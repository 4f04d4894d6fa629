package dev.cloister.host.mount;

import dev.cloister.host.remote.FileException;
import java.util.stream.Stream;

/** Turns what a file operation throws into what libfuse wants: 0 or more for success, else a negative errno. */
final class Errno {
    private Errno() {}

    /** An operation with a result, such as a number of bytes. */
    interface Operation {
        int run() throws FileException;
    }

    /** An operation without one. */
    interface Action {
        void run() throws FileException;
    }

    static int of(Operation operation) {
        try {
            return operation.run();
        } catch (FileException e) {
            return -e.errno();
        } catch (RuntimeException | Error e) {
            // Nothing may be thrown into C. File names stay out of the log; the kind and place of the mistake do not.
            String place = Stream.of(e.getStackTrace())
                    .findFirst()
                    .map(Object::toString)
                    .orElse("an unknown place");
            System.err.println("cloister: unexpected " + e.getClass().getName() + " at " + place);
            return -FileException.EIO;
        }
    }

    static int of(Action action) {
        return of((Operation) () -> {
            action.run();
            return 0;
        });
    }
}
