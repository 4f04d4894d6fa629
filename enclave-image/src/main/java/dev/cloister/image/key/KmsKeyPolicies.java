package dev.cloister.image.key;

import dev.cloister.cli.CaBundle;
import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.KmsClientBuilder;

/** The policies of keys in KMS, with the credentials and endpoint of the SDK's default chain. */
public final class KmsKeyPolicies implements KeyPolicies, AutoCloseable {
    private static final String DEFAULT_POLICY = "default";

    /** Characters of the SDK's messages that are passed on; some list every step of a long chain. */
    private static final int MAX_REASON = 200;

    private static final Pattern KEY_ARN = Pattern.compile("arn:aws[a-z-]*:kms:([a-z0-9-]+):[0-9]{12}:.+");

    private final KmsClient kms;

    private KmsKeyPolicies(KmsClient kms) {
        this.kms = kms;
    }

    /**
     * Opens a client for the region of a key.
     *
     * @param keyId an ARN, whose region is used, or an id or alias in the default region
     * @throws CommandException when no region is known or {@code AWS_CA_BUNDLE} cannot be read
     */
    public static KmsKeyPolicies open(String keyId) throws CommandException {
        @Nullable TrustManager[] trust = CaBundle.fromEnvironment().orElse(null);
        ApacheHttpClient.Builder http = ApacheHttpClient.builder();
        if (trust != null) {
            http.tlsTrustManagersProvider(() -> trust);
        }
        KmsClientBuilder client = KmsClient.builder().httpClientBuilder(http);
        Matcher arn = KEY_ARN.matcher(keyId);
        if (arn.matches()) {
            client.region(Region.of(arn.group(1)));
        }
        return new KmsKeyPolicies(told(keyId, client::build));
    }

    @Override
    public String get(String keyId) throws CommandException {
        return told(
                keyId,
                () -> kms.getKeyPolicy(request -> request.keyId(resolve(keyId)).policyName(DEFAULT_POLICY))
                        .policy());
    }

    @Override
    public void put(String keyId, String json) throws CommandException {
        told(
                keyId,
                () -> kms.putKeyPolicy(request ->
                        request.keyId(resolve(keyId)).policyName(DEFAULT_POLICY).policy(json)));
    }

    /** Key policy calls take no alias. */
    private String resolve(String keyId) {
        boolean isAlias = keyId.startsWith("alias/") || keyId.contains(":alias/");
        return isAlias
                ? kms.describeKey(request -> request.keyId(keyId)).keyMetadata().keyId()
                : keyId;
    }

    private static <T> T told(String keyId, Supplier<T> call) throws CommandException {
        try {
            return call.get();
        } catch (AwsServiceException e) {
            boolean isDenied = e.statusCode() == 400 && "AccessDeniedException".equals(errorCode(e));
            throw new CommandException(
                    isDenied ? ExitStatus.KEY_ACCESS_DENIED : ExitStatus.FAILED,
                    "kms refused for key " + keyId + ": " + errorMessage(e),
                    isDenied ? "use credentials of the key's owner, who may read and change its policy" : null,
                    e);
        } catch (SdkException e) {
            String reason = String.valueOf(e.getMessage());
            boolean lacksCredentials = reason.startsWith("Unable to load credentials");
            throw new CommandException(
                    ExitStatus.FAILED,
                    lacksCredentials ? "no aws credentials found" : "kms cannot be called: " + shorten(reason),
                    lacksCredentials
                            ? "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
                            : "check AWS_REGION, AWS_ENDPOINT_URL_KMS and AWS_CA_BUNDLE",
                    e);
        }
    }

    private static String shorten(String reason) {
        return reason.length() <= MAX_REASON ? reason : reason.substring(0, MAX_REASON) + "…";
    }

    private static @Nullable String errorCode(AwsServiceException e) {
        return e.awsErrorDetails() == null ? null : e.awsErrorDetails().errorCode();
    }

    private static @Nullable String errorMessage(AwsServiceException e) {
        return e.awsErrorDetails() == null
                ? e.getMessage()
                : e.awsErrorDetails().errorMessage();
    }

    @Override
    public void close() {
        kms.close();
    }
}
