package dev.cloister.encryptor;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;

/** What a failed AWS call means to a person: the failures that KMS and S3 have in common. */
final class AwsFailures {
    private static final Set<String> EXPIRED = Set.of("ExpiredToken", "ExpiredTokenException", "RequestExpired");
    private static final Set<String> REFUSED = Set.of(
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidAccessKeyId",
            "InvalidToken",
            "InvalidSignatureException",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
            "MissingAuthenticationTokenException");

    private AwsFailures() {}

    /**
     * The failure in words.
     *
     * @param service {@code KMS} or {@code S3}
     * @param doing what failed, such as {@code generating a data key under alias/x}
     */
    static CommandException describe(SdkException failure, String service, String doing) {
        if (failure instanceof AwsServiceException answered) {
            return describeAnswer(answered, service, doing);
        }
        if (failure instanceof ApiCallTimeoutException) {
            return unreachable(service, "no answer in time", failure);
        }
        SSLException insecure = causeOf(failure, SSLException.class);
        if (insecure != null) {
            return failed(
                    "no secure connection to " + service + ": " + insecure.getMessage(),
                    "set AWS_CA_BUNDLE to the certificate authority of the endpoint",
                    failure);
        }
        IOException network = causeOf(failure, IOException.class);
        if (network != null) {
            return unreachable(service, words(network), failure);
        }
        if (String.valueOf(failure.getMessage()).contains("load credentials")) {
            return failed(
                    "no AWS credentials were found",
                    "log in, set AWS_PROFILE, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
                    failure);
        }
        return failed(doing + " failed: " + failure.getMessage(), null, failure);
    }

    /** The error's name as the service spells it; empty where it gave none. */
    static String code(AwsServiceException failure) {
        String code = failure.awsErrorDetails() == null
                ? null
                : failure.awsErrorDetails().errorCode();
        return code == null ? "" : code;
    }

    private static CommandException describeAnswer(AwsServiceException answered, String service, String doing) {
        String code = code(answered);
        if (EXPIRED.contains(code)) {
            return failed("the AWS credentials have expired", "renew them, then try again", answered);
        }
        if (REFUSED.contains(code)) {
            return failed(
                    service + " does not accept the AWS credentials (" + code + ")",
                    "'aws sts get-caller-identity' shows which are in use",
                    answered);
        }
        String reason = answered.awsErrorDetails() == null
                ? "HTTP status " + answered.statusCode()
                : code + ": " + answered.awsErrorDetails().errorMessage();
        return failed(doing + " failed: " + reason, null, answered);
    }

    private static CommandException unreachable(String service, String reason, SdkException failure) {
        return failed(
                service + " cannot be reached: " + reason,
                "check the network, the region and AWS_ENDPOINT_URL_" + service,
                failure);
    }

    /** What happened on the network, in words: the message of some failures is only a name or missing. */
    private static String words(IOException network) {
        if (network instanceof UnknownHostException) {
            return "there is no host " + network.getMessage();
        }
        return network.getMessage() == null ? "the connection broke" : network.getMessage();
    }

    private static CommandException failed(String message, @Nullable String hint, SdkException cause) {
        return new CommandException(ExitStatus.FAILED, message, hint, cause);
    }

    private static <T extends Throwable> @Nullable T causeOf(Throwable failure, Class<T> kind) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (kind.isInstance(cause)) {
                return kind.cast(cause);
            }
        }
        return null;
    }
}
