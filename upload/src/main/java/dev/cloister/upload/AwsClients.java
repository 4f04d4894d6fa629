package dev.cloister.upload;

import dev.cloister.cli.CaBundle;
import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.PartitionMetadata;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Clients that behave as the environment says: profile, region, endpoints, certificate authorities. */
public interface AwsClients {
    /**
     * A client for KMS, which the caller closes.
     *
     * @param region or null for the environment's
     */
    KmsClient kms(@Nullable Region region) throws CommandException;

    /** A client for S3, which the caller closes. */
    S3Client s3() throws CommandException;

    /** The clients that the command itself uses. */
    static AwsClients ofEnvironment() {
        return new AwsClients() {
            @Override
            public KmsClient kms(@Nullable Region region) throws CommandException {
                // A data key is small: whoever does not answer within seconds will not answer.
                return configured(KmsClient.builder().httpClientBuilder(http(Duration.ofSeconds(10))), region)
                        .overrideConfiguration(c -> c.apiCallTimeout(Duration.ofSeconds(30)))
                        .build();
            }

            @Override
            public S3Client s3() throws CommandException {
                return configured(S3Client.builder().httpClientBuilder(http(Duration.ofSeconds(60))), null)
                        .build();
            }
        };
    }

    /** A client for IAM, which is the same in every region; the caller closes it. */
    static IamClient iam() throws CommandException {
        return configured(IamClient.builder().httpClientBuilder(http(Duration.ofSeconds(10))), globalRegion())
                .overrideConfiguration(c -> c.apiCallTimeout(Duration.ofSeconds(30)))
                .build();
    }

    private static ApacheHttpClient.Builder http(Duration socketTimeout) throws CommandException {
        ApacheHttpClient.Builder http = ApacheHttpClient.builder()
                .connectionTimeout(Duration.ofSeconds(5))
                .socketTimeout(socketTimeout);
        Optional<TrustManager[]> authorities = CaBundle.fromEnvironment();
        authorities.ifPresent(trusted -> http.tlsTrustManagersProvider(() -> trusted));
        return http;
    }

    private static <B extends AwsClientBuilder<B, C>, C> B configured(B builder, @Nullable Region region)
            throws CommandException {
        return builder.region(region != null ? region : regionOfEnvironment());
    }

    private static Region globalRegion() throws CommandException {
        return switch (PartitionMetadata.of(regionOfEnvironment()).id()) {
            case "aws-cn" -> Region.AWS_CN_GLOBAL;
            case "aws-us-gov" -> Region.AWS_US_GOV_GLOBAL;
            default -> Region.AWS_GLOBAL;
        };
    }

    private static Region regionOfEnvironment() throws CommandException {
        // The AWS CLI and boto3 honour this variable, the SDK for Java does not.
        String fallback = System.getenv("AWS_DEFAULT_REGION");
        if (fallback != null && !fallback.isBlank() && System.getenv("AWS_REGION") == null) {
            return Region.of(fallback);
        }
        try {
            return DefaultAwsRegionProviderChain.builder().build().getRegion();
        } catch (SdkClientException e) {
            throw new CommandException(
                    ExitStatus.FAILED,
                    "no AWS region is set",
                    "set AWS_REGION, or choose a profile that has one with AWS_PROFILE",
                    e);
        }
    }
}
