package dev.cloister.local;

import dev.cloister.cli.CaBundle;
import dev.cloister.cli.CommandException;
import dev.cloister.local.account.Account;
import dev.cloister.local.account.TemporaryCredentials;
import java.net.URI;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;

/** Clients of the AWS SDK for a local cloud, set up as any program of a user's would be. */
public final class Clients {
    private Clients() {}

    public static KmsClient kms(LocalCloud cloud, Account account) throws CommandException {
        return kms(cloud, credentials(cloud, account), cloud.endpoints().kms());
    }

    public static KmsClient kms(LocalCloud cloud, AwsCredentialsProvider credentials, URI endpoint)
            throws CommandException {
        return KmsClient.builder()
                .endpointOverride(endpoint)
                .region(Region.of(cloud.endpoints().region()))
                .credentialsProvider(credentials)
                .httpClient(http(cloud))
                .build();
    }

    public static S3Client s3(LocalCloud cloud, Account account) throws CommandException {
        return s3(
                cloud,
                credentials(cloud, account),
                cloud.endpoints().s3(),
                cloud.endpoints().region());
    }

    public static S3Client s3(LocalCloud cloud, AwsCredentialsProvider credentials, URI endpoint, String region)
            throws CommandException {
        return S3Client.builder()
                .endpointOverride(endpoint)
                .region(Region.of(region))
                .forcePathStyle(true)
                .credentialsProvider(credentials)
                .httpClient(http(cloud))
                .build();
    }

    public static AwsCredentialsProvider credentials(LocalCloud cloud, Account account) {
        TemporaryCredentials issued = cloud.credentials(account);
        return StaticCredentialsProvider.create(
                AwsSessionCredentials.create(issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken()));
    }

    private static SdkHttpClient http(LocalCloud cloud) throws CommandException {
        TrustManager[] trusted = CaBundle.read(cloud.endpoints().certificateAuthority());
        return ApacheHttpClient.builder()
                .tlsTrustManagersProvider(() -> trusted)
                .build();
    }
}
