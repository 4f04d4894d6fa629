package dev.cloister.enclave.kms;

import dev.cloister.protocol.libc.SystemCallException;
import dev.cloister.protocol.run.Refusal;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.thirdparty.jackson.core.JsonProcessingException;

/** What a failed call to KMS means for the enclave's user, and which hop failed. */
final class KmsErrors {
    private static final int MAX_QUOTED = 600;

    private KmsErrors() {}

    static KeyRefusedException meaningOf(SdkException failure) {
        return failure instanceof AwsServiceException answer ? answered(answer) : unanswered(failure);
    }

    private static KeyRefusedException answered(AwsServiceException answer) {
        String code = answer.awsErrorDetails() == null
                ? ""
                : Optional.ofNullable(answer.awsErrorDetails().errorCode()).orElse("");
        String name = code.endsWith("Exception") ? code.substring(0, code.length() - "Exception".length()) : code;
        String words = quote(answer);
        return switch (name) {
            case "AccessDenied" ->
                refused(Refusal.KEY_ACCESS_DENIED, "kms denies this enclave the package's key: " + words);
            case "NotFound" -> refused(Refusal.KEY_ACCESS_DENIED, "kms knows no such key: " + words);
            case "Disabled", "KMSInvalidState", "KeyUnavailable" ->
                refused(Refusal.KEY_ACCESS_DENIED, "the package's key cannot be used: " + words);
            case "ExpiredToken",
                    "UnrecognizedClient",
                    "InvalidSignature",
                    "SignatureDoesNotMatch",
                    "IncompleteSignature",
                    "InvalidClientTokenId",
                    "MissingAuthenticationToken" ->
                refused(Refusal.CREDENTIALS_REJECTED, "kms does not accept the parent's credentials: " + words);
            case "InvalidCiphertext", "IncorrectKey" ->
                refused(
                        Refusal.PACKAGE_NOT_AUTHENTIC,
                        "the package's header was altered: its data key, key and encryption context do not belong"
                                + " together");
            case "Validation" -> validation(words);
            default -> refused(Refusal.KMS_FAILED, "kms failed: " + words);
        };
    }

    /** Which error AWS gives for a bad attestation document is not published; it is among the validation errors. */
    private static KeyRefusedException validation(String words) {
        return words.toLowerCase(Locale.ROOT).contains("attestation")
                ? refused(Refusal.ATTESTATION_REJECTED, "kms does not accept the attestation document: " + words)
                : refused(Refusal.KMS_FAILED, "kms does not accept the request: " + words);
    }

    private static KeyRefusedException unanswered(SdkException failure) {
        if (causedBy(failure, ForwarderMissingException.class)) {
            return unreachable("no proxy for kms answers on the parent instance");
        }
        if (failure instanceof ApiCallTimeoutException
                || failure instanceof ApiCallAttemptTimeoutException
                || causedBy(failure, SocketTimeoutException.class)) {
            return unreachable("the parent's proxy is there, but kms gave no answer in time");
        }
        if (causedBy(failure, SSLException.class) && !isLost(failure)) {
            return unreachable("the parent's proxy is there, but no trusted tls connection to kms comes about");
        }
        if (causedBy(failure, IOException.class) && !causedBy(failure, JsonProcessingException.class)) {
            return unreachable("the parent's proxy is there, but it does not reach kms");
        }
        return refused(Refusal.KMS_FAILED, "kms gave an answer that cannot be read");
    }

    /** A proxy that reaches nothing hangs up, which TLS reports as a failure of its own with the loss as its cause. */
    private static boolean isLost(Throwable failure) {
        return causedBy(failure, EOFException.class) || causedBy(failure, SystemCallException.class);
    }

    private static boolean causedBy(Throwable failure, Class<? extends Throwable> kind) {
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 32; t = t.getCause(), depth++) {
            if (kind.isInstance(t)) {
                return true;
            }
        }
        return false;
    }

    /** What KMS says, on one line. It knows nothing of the package but its header, which the parent has too. */
    private static String quote(AwsServiceException answer) {
        String words = answer.awsErrorDetails() == null
                ? null
                : answer.awsErrorDetails().errorMessage();
        if (words == null || words.isBlank()) {
            return "status " + answer.statusCode();
        }
        String line = words.codePoints()
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return line.length() <= MAX_QUOTED ? line : line.substring(0, MAX_QUOTED);
    }

    private static KeyRefusedException unreachable(String message) {
        return refused(Refusal.KMS_UNREACHABLE, message);
    }

    private static KeyRefusedException refused(Refusal reason, String message) {
        return new KeyRefusedException(reason, message);
    }
}
