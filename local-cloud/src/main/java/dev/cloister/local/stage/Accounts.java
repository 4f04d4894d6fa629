package dev.cloister.local.stage;

import dev.cloister.cli.CaBundle;
import dev.cloister.cli.CommandException;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.account.Account;
import dev.cloister.local.account.TemporaryCredentials;
import java.nio.file.Path;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;

/** What either account does with plain clients of AWS. */
public final class Accounts {
    private final LocalCloud cloud;
    private final TrustManager[] trusted;

    public Accounts(LocalCloud cloud) throws CommandException {
        this.cloud = cloud;
        this.trusted = CaBundle.read(cloud.endpoints().certificateAuthority());
    }

    /** Copies an object to a file, as the host. */
    public void download(String bucket, String key, Path file) {
        try (S3Client s3 = s3()) {
            s3.getObject(request -> request.bucket(bucket).key(key), file);
        }
    }

    /** A client with an account's credentials. */
    public KmsClient kms(Account account) {
        return KmsClient.builder()
                .region(Region.of(cloud.endpoints().region()))
                .endpointOverride(cloud.endpoints().kms())
                .credentialsProvider(credentials(account))
                .httpClient(http())
                .build();
    }

    private S3Client s3() {
        return S3Client.builder()
                .region(Region.of(cloud.endpoints().region()))
                .endpointOverride(cloud.endpoints().s3())
                .forcePathStyle(true)
                .credentialsProvider(credentials(Account.host()))
                .httpClient(http())
                .build();
    }

    private SdkHttpClient http() {
        return ApacheHttpClient.builder()
                .tlsTrustManagersProvider(() -> trusted)
                .build();
    }

    private StaticCredentialsProvider credentials(Account account) {
        TemporaryCredentials issued = cloud.credentials(account);
        return StaticCredentialsProvider.create(
                AwsSessionCredentials.create(issued.accessKeyId(), issued.secretAccessKey(), issued.sessionToken()));
    }
}
