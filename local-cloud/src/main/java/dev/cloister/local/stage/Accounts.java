package dev.cloister.local.stage;

import dev.cloister.cli.CaBundle;
import dev.cloister.cli.CommandException;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.account.Account;
import dev.cloister.local.account.TemporaryCredentials;
import dev.cloister.local.policy.InitialKeyPolicy;
import java.nio.file.Path;
import javax.net.ssl.TrustManager;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3Client;

/** What an administrator of either account sets up by stacks and console: a bucket, a key. */
public final class Accounts {
    private final LocalCloud cloud;
    private final TrustManager[] trusted;

    public Accounts(LocalCloud cloud) throws CommandException {
        this.cloud = cloud;
        this.trusted = CaBundle.read(cloud.endpoints().certificateAuthority());
    }

    /** Makes the host's bucket for files that both sides share. */
    public void createBucket(String bucket) {
        try (S3Client s3 = s3()) {
            s3.createBucket(request -> request.bucket(bucket));
            s3.putBucketPolicy(request -> request.bucket(bucket)
                    .policy("""
                    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
                     "Principal": {"AWS": "arn:aws:iam::%s:root"}, "Action": "s3:PutObject",
                     "Resource": "arn:aws:s3:::%s/*"}]}
                    """.formatted(Account.thirdParty().id(), bucket)));
        }
    }

    /** Makes the third party's key, with a policy under which nobody can decrypt. */
    public void createKey(String alias) {
        try (KmsClient kms = kms(Account.thirdParty())) {
            String id = kms.createKey(request -> request.policy(
                            InitialKeyPolicy.of(Account.thirdParty().id())))
                    .keyMetadata()
                    .keyId();
            kms.createAlias(request -> request.aliasName(alias).targetKeyId(id));
        }
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
