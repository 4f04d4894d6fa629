package dev.cloister.host.run;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.CommandRunner;
import dev.cloister.cli.ExitStatus;
import dev.cloister.cli.Json;
import dev.cloister.protocol.run.Refusal;
import dev.cloister.protocol.run.RunReply;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code cloister run} says about a run on stderr. Because stdout is the application's, {@code --json} adds one
 * line at the end of stderr: {@code status} (of the process), {@code reason} ({@code exited} or why not), {@code code}
 * (the exit status that other commands have for that reason), {@code error}, {@code hint}, {@code enclave_ms}.
 */
final class RunReport {
    private final PrintStream err;
    private final boolean json;

    RunReport(PrintStream err, boolean json) {
        this.err = err;
        this.json = json;
    }

    /** The application ended. */
    int exited(RunReply.Exited exited) {
        if (json) {
            Map<String, @Nullable Object> line = new LinkedHashMap<>();
            line.put("status", exited.status());
            line.put("reason", "exited");
            line.put("enclave_ms", exited.overheadMicros() / 1000.0);
            err.println(Json.write(line));
        }
        return exited.status();
    }

    /** A signal ended the run. */
    int interrupted() {
        if (json) {
            Map<String, @Nullable Object> line = new LinkedHashMap<>();
            line.put("status", ExitStatus.INTERRUPTED.code());
            line.put("reason", "interrupted");
            line.put("code", ExitStatus.INTERRUPTED.code());
            err.println(Json.write(line));
        }
        return ExitStatus.INTERRUPTED.code();
    }

    /** The run failed before or beside the application. */
    int failed(CommandException failure) {
        return failed(failure, failure.statusName());
    }

    /** The enclave refused. */
    int refused(RefusedException refused, String packageName, String entrypoint) {
        Refusal reason = refused.reason();
        String what = "'" + packageName + "' was not run: " + describe(reason, packageName, entrypoint);
        String detail = refused.getMessage();
        String message = detail == null || detail.isBlank() ? what : what + " (" + detail + ")";
        String name = reason.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return failed(new CommandException(statusOf(reason), message, hint(reason)), name);
    }

    private int failed(CommandException failure, String reason) {
        if (json) {
            Map<String, @Nullable Object> line = new LinkedHashMap<>();
            line.put("status", ExitStatus.RUN_FAILED.code());
            line.put("reason", reason);
            line.put("code", failure.status().code());
            line.put("error", failure.getMessage());
            line.put("hint", failure.hint());
            err.println(Json.write(line));
        } else {
            new CommandRunner(err).report(failure, false);
        }
        return ExitStatus.RUN_FAILED.code();
    }

    static ExitStatus statusOf(Refusal reason) {
        return switch (reason) {
            case PACKAGE_NOT_AUTHENTIC -> ExitStatus.NOT_AUTHENTIC;
            case KEY_ACCESS_DENIED -> ExitStatus.KEY_ACCESS_DENIED;
            case ATTESTATION_REJECTED -> ExitStatus.ATTESTATION_REJECTED;
            case BAD_REQUEST,
                    PACKAGE_NOT_FOUND,
                    PACKAGE_MALFORMED,
                    ENTRYPOINT_NOT_FOUND,
                    PATH_NOT_FOUND,
                    CREDENTIALS_REJECTED,
                    KMS_UNREACHABLE,
                    KMS_FAILED,
                    NO_SPACE,
                    BUSY,
                    TIME_LIMIT,
                    INTERNAL -> ExitStatus.FAILED;
        };
    }

    private static String describe(Refusal reason, String packageName, String entrypoint) {
        return switch (reason) {
            case BAD_REQUEST -> "the enclave does not accept the request";
            case PACKAGE_NOT_FOUND -> "there is no encrypted/" + packageName + " in the synced folder";
            case PACKAGE_MALFORMED -> "it is not a well-formed package";
            case PACKAGE_NOT_AUTHENTIC -> "it is not authentic: damaged, cut short or tampered with";
            case ENTRYPOINT_NOT_FOUND -> "it has no entrypoint '" + entrypoint + "'";
            case PATH_NOT_FOUND -> "a path among the arguments is not in the synced folder";
            case KEY_ACCESS_DENIED -> "KMS does not give its key to this image with these credentials";
            case ATTESTATION_REJECTED -> "the enclave's attestation was rejected";
            case CREDENTIALS_REJECTED -> "KMS does not accept the credentials";
            case KMS_UNREACHABLE -> "the enclave cannot reach KMS through this machine";
            case KMS_FAILED -> "KMS answered with an error";
            case NO_SPACE -> "the enclave has not enough memory";
            case BUSY -> "the enclave has as many runs under way as it takes";
            case TIME_LIMIT -> "it ran longer than it may";
            case INTERNAL -> "something failed inside the enclave";
        };
    }

    private static String hint(Refusal reason) {
        return switch (reason) {
            case BAD_REQUEST -> "-f names a file in the synced folder's encrypted folder, -s an entrypoint of it";
            case PACKAGE_NOT_FOUND -> "copy the package to the encrypted folder of the synced folder";
            case PACKAGE_MALFORMED ->
                "check that the whole file was copied, and that it was made by 'cloister encrypt'";
            case PACKAGE_NOT_AUTHENTIC -> "copy the package again from where the third party put it";
            case ENTRYPOINT_NOT_FOUND -> "ask the third party which entrypoints the package has";
            case PATH_NOT_FOUND -> "absolute paths in the arguments mean the synced folder; copy the data there";
            case KEY_ACCESS_DENIED ->
                "the third party pins the image of this enclave with 'cloister key pin', for the role that you use";
            case ATTESTATION_REJECTED -> "run an image that was built for this purpose, not in debug mode";
            case CREDENTIALS_REJECTED -> "get fresh credentials and check the clock; expired ones are the usual cause";
            case KMS_UNREACHABLE -> "check that 'cloister proxy -s kms' is running and may connect to the key's region";
            case KMS_FAILED -> "check the key's state and region with the third party";
            case NO_SPACE -> "remove what is not needed from the synced folder, or give the enclave more memory";
            case BUSY -> "try again when another run has ended";
            case TIME_LIMIT -> "the third party sets the limit in cloister.yaml";
            case INTERNAL -> "try again; when it stays, restart the enclave";
        };
    }
}
