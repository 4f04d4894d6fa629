package dev.cloister.enclave.run;

import dev.cloister.protocol.run.RunReply;

/** Which of an application's output may leave the enclave; its owner decides. */
enum LogPolicy {
    NONE,
    STDOUT,
    ALL;

    boolean lets(RunReply.Stream stream) {
        return switch (this) {
            case NONE -> false;
            case STDOUT -> stream == RunReply.Stream.STDOUT;
            case ALL -> true;
        };
    }
}
