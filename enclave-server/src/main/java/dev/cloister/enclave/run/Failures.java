package dev.cloister.enclave.run;

import dev.cloister.enclave.kms.KeyRefusedException;
import dev.cloister.envelope.EnvelopeFormatException;
import dev.cloister.envelope.NotAuthenticException;
import dev.cloister.envelope.archive.ArchiveException;
import dev.cloister.envelope.archive.NoSpaceException;
import dev.cloister.protocol.run.Refusal;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the client is told of a failure. What comes from inside a package is told in words of our own only. */
final class Failures {
    private Failures() {}

    /** The meaning of an exception; empty for one that should not have come. */
    static Optional<RefusedException> meaningOf(Throwable failure) {
        return Optional.ofNullable(
                switch (failure) {
                    case RefusedException e -> e;
                    case KeyRefusedException e -> refused(e.reason(), e.getMessage());
                    // Both speak of the header only, which is plain text, or of the file's length.
                    case EnvelopeFormatException e -> refused(Refusal.PACKAGE_MALFORMED, e.getMessage());
                    case NotAuthenticException e -> refused(Refusal.PACKAGE_NOT_AUTHENTIC, e.getMessage());
                    case ArchiveException e ->
                        refused(
                                Refusal.PACKAGE_MALFORMED,
                                "the archive in the package breaks a rule or a limit of the format");
                    case NoSpaceException e ->
                        refused(Refusal.NO_SPACE, "the enclave has not enough memory to unpack the package");
                    default -> null;
                });
    }

    private static RefusedException refused(Refusal reason, @Nullable String message) {
        return new RefusedException(reason, String.valueOf(message));
    }
}
