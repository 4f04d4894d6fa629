package dev.cloister.upload;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.regions.Region;

/** What a failed AWS call means to a person: the one place that puts errors of KMS and S3 into words. */
public final class AwsFailures {
    /** Characters of the SDK's messages that are passed on; some list every step of a long chain. */
    private static final int MAX_REASON = 200;

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
     * The failure of a call that concerns a KMS key.
     *
     * @param doing what failed, such as {@code generating a data key}
     * @param permission what to do when it is denied
     */
    public static CommandException ofKey(SdkException failure, String key, String doing, String permission) {
        String code = failure instanceof AwsServiceException answered ? code(answered) : "";
        return switch (code) {
            case "NotFoundException" ->
                failed(
                        "key " + key + " was not found",
                        "check its id or alias, and the region: AWS_REGION, or give the key's ARN",
                        failure);
            case "DisabledException", "KMSInvalidStateException", "InvalidKeyUsageException" ->
                failed(
                        "key " + key + " cannot be used (" + code + ")",
                        "it must be an enabled symmetric encryption key",
                        failure);
            case "AccessDeniedException" ->
                new CommandException(
                        ExitStatus.KEY_ACCESS_DENIED,
                        "access to key " + key + " was denied",
                        permission + "; 'aws sts get-caller-identity' shows who you are",
                        failure);
            default -> describe(failure, "KMS", doing + " under " + key);
        };
    }

    /**
     * The failure of an upload.
     *
     * @param region the one that S3 was asked in
     */
    static CommandException ofObject(SdkException failure, S3Address to, Region region) {
        CommandException told = objectInWords(failure, to, region);
        boolean arePartsLeft =
                Arrays.stream(failure.getSuppressed()).anyMatch(MultipartUpload.PartsLeftException.class::isInstance);
        if (!arePartsLeft) {
            return told;
        }
        return failed(
                told.getMessage() + "; and pieces of it may be left in the bucket",
                "its owner can abort the multipart upload, or a lifecycle rule does",
                failure);
    }

    private static CommandException objectInWords(SdkException failure, S3Address to, Region region) {
        if (failure instanceof AwsServiceException answered) {
            String found = bucketRegion(answered);
            String code = code(answered);
            if (found != null && !found.equals(region.id())) {
                return otherRegion(to, found, region, failure);
            }
            if (code.equals("NoSuchBucket") || (code.isEmpty() && answered.statusCode() == 404)) {
                return failed("there is no bucket " + to.bucket(), "ask its owner for its name", failure);
            }
            if (code.equals("AccessDenied")) {
                return failed(
                        "access to " + to + " was denied",
                        "its bucket policy must allow s3:PutObject and s3:PutObjectAcl to you there, with the owner's "
                                + "encryption key; is the bucket the expected owner's?",
                        failure);
            }
            if (code.startsWith("KMS.")) {
                return failed(
                        "the encryption key of " + to + " cannot be used (" + code.substring(4) + ")",
                        "ask the bucket's owner for the key's ARN",
                        failure);
            }
        }
        return describe(failure, "S3", "uploading to " + to);
    }

    /** Where the bucket of a refused request is, as far as S3 tells. */
    static @Nullable String bucketRegion(AwsServiceException failure) {
        return failure.awsErrorDetails() == null || failure.awsErrorDetails().sdkHttpResponse() == null
                ? null
                : failure.awsErrorDetails()
                        .sdkHttpResponse()
                        .firstMatchingHeader("x-amz-bucket-region")
                        .orElse(null);
    }

    /** Refuses a bucket of another region; nothing is sent to it. */
    static void refuseOtherRegion(S3Address to, @Nullable String found, Region region) throws CommandException {
        if (found != null && !found.equals(region.id())) {
            throw otherRegion(to, found, region, null);
        }
    }

    private static CommandException otherRegion(
            S3Address to, String found, Region region, @Nullable SdkException failure) {
        return failed(
                "bucket " + to.bucket() + " is in " + found + ", not in " + region,
                "set AWS_REGION=" + found + ", and name the key by its ARN",
                failure);
    }

    /**
     * A failure that any service could have.
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
        return failed(doing + " failed: " + shorten(String.valueOf(failure.getMessage())), null, failure);
    }

    /** The error's name as the service spells it; empty where it gave none. */
    private static String code(AwsServiceException failure) {
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

    private static String shorten(String reason) {
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…";
    }

    private static CommandException failed(String message, @Nullable String hint, @Nullable SdkException cause) {
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
