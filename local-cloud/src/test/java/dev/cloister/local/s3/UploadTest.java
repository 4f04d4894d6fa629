package dev.cloister.local.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.cli.Progress;
import dev.cloister.local.Clients;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.account.Account;
import dev.cloister.upload.Receipt;
import dev.cloister.upload.S3Address;
import dev.cloister.upload.S3Upload;
import dev.cloister.upload.UploadTerms;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/** What the third party's commands upload, into a bucket of the account's own. */
class UploadTest {
    private static final String BUCKET = "cloister-digits-shared";

    @TempDir
    private static Path folder;

    private static LocalCloud cloud;
    private static S3Client host;

    @BeforeAll
    static void start() throws Exception {
        cloud = LocalCloud.start(folder.resolve("cloud"), LocalCloudOptions.inRegion("us-east-1"));
        host = Clients.s3(cloud, Account.host());
        host.createBucket(request -> request.bucket(BUCKET));
    }

    @AfterAll
    static void stop() throws Exception {
        host.close();
        cloud.close();
    }

    @Test
    void smallFile_arrives() throws Exception {
        assertArrives("small", random(1000));
    }

    @Test
    void largeFile_arrivesInParts() throws Exception {
        assertArrives("large", random((35 << 20) + 7));
    }

    @Test
    void whatIsWritten_arrivesInParts() throws Exception {
        byte[] content = random((17 << 20) + 3);
        S3Upload upload = new S3Upload(host, new S3Address(BUCKET, "grown"), UploadTerms.NONE);
        Receipt receipt = upload.stream(out -> out.write(content), Progress.silent());
        assertThat(receipt.size()).isEqualTo(content.length);
        assertStored("grown", content);
        assertThat(host.listMultipartUploads(request -> request.bucket(BUCKET)).uploads())
                .isEmpty();
    }

    private static void assertArrives(String key, byte[] content) throws Exception {
        Path file = Files.write(folder.resolve(key), content);
        S3Upload upload = new S3Upload(host, new S3Address(BUCKET, key), UploadTerms.NONE);
        upload.check();
        upload.confirm(upload.file(file, Progress.silent()));
        assertStored(key, content);
    }

    private static void assertStored(String key, byte[] content) {
        assertThat(host.getObjectAsBytes(request -> request.bucket(BUCKET).key(key))
                        .asByteArray())
                .isEqualTo(content);
    }

    private static byte[] random(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
