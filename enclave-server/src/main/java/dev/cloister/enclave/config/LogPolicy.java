package dev.cloister.enclave.config;

import dev.cloister.enclave.yaml.YamlException;
import dev.cloister.protocol.run.RunReply;

/**
 * Which of an application's output may leave the enclave; from the strictest to the most open. The application's owner
 * decides, and the image's owner may decide more strictly for all applications.
 */
public enum LogPolicy {
    NONE,
    STDOUT,
    ALL;

    /** As files spell it. */
    public static LogPolicy parse(String text) throws YamlException {
        return switch (text) {
            case "none" -> NONE;
            case "stdout" -> STDOUT;
            case "all" -> ALL;
            default -> throw new YamlException("logs is none of none, stdout, all");
        };
    }

    /** The stricter of two. */
    public LogPolicy and(LogPolicy other) {
        return compareTo(other) < 0 ? this : other;
    }

    public boolean lets(RunReply.Stream stream) {
        return switch (this) {
            case NONE -> false;
            case STDOUT -> stream == RunReply.Stream.STDOUT;
            case ALL -> true;
        };
    }
}
