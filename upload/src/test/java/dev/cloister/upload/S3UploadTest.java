package dev.cloister.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

final class S3UploadTest {
    private static final S3Address ADDRESS = new S3Address("shared-bucket", "x");
    private static final KeyId HOST_KEY =
            new KeyId("arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab");
    private static final UploadTerms TERMS = new UploadTerms(Optional.of(HOST_KEY), Optional.of("111122223333"));
    private static final String CREATED = """
            <InitiateMultipartUploadResult><Bucket>shared-bucket</Bucket><Key>x</Key><UploadId>id</UploadId>
            </InitiateMultipartUploadResult>""";
    private static final String COMPLETED = """
            <CompleteMultipartUploadResult><ETag>"tag"</ETag></CompleteMultipartUploadResult>""";
    private static final String DENIED = "<Error><Code>AccessDenied</Code><Message>told</Message></Error>";

    @TempDir
    Path temp;

    private FakeAws aws;
    private S3Client s3;
    private Path file;

    @BeforeEach
    void prepare() throws IOException {
        aws = new FakeAws();
        s3 = aws.s3();
        file = Files.writeString(temp.resolve("file"), "0".repeat(1000) + "1".repeat(1000) + "2".repeat(500));
    }

    @AfterEach
    void stop() {
        s3.close();
        aws.close();
    }

    @Test
    void largeFile_goesInParts() throws IOException, CommandException {
        aws.answer(200, CREATED).answer(200, "").answer(200, "").answer(200, "").answer(200, COMPLETED);
        assertThat(upload().file(file, Progress.silent()).eTag()).isEqualTo("\"tag\"");
        assertThat(aws.requests())
                .extracting(FakeAws.Request::method)
                .containsExactly("POST", "PUT", "PUT", "PUT", "POST");
        for (int part = 1; part <= 3; part++) {
            assertThat(part(part).body().replaceAll("\r\n(x-amz|[0-9a-f]+;).*", ""))
                    .contains(String.valueOf(part - 1).repeat(part == 3 ? 500 : 1000));
        }
        assertThat(aws.requests().getLast().body())
                .contains("<PartNumber>1</PartNumber>", "<PartNumber>2</PartNumber>", "<PartNumber>3</PartNumber>");
    }

    @Test
    void whatIsWritten_goesInPartsWhileItIsWritten() throws IOException {
        aws.answer(200, CREATED).answer(200, "").answer(200, "").answer(200, "").answer(200, COMPLETED);
        try (GrowingUpload out = new GrowingUpload(s3, new ObjectRequests(ADDRESS, TERMS), Progress.silent(), 1000)) {
            Files.copy(file, out);
            assertThat(out.finish().size()).isEqualTo(2500);
        }
        for (int part = 1; part <= 3; part++) {
            assertThat(part(part).body()).contains(String.valueOf(part - 1).repeat(part == 3 ? 500 : 1000));
        }
    }

    @Test
    void whatIsWrittenAndFitsOnePart_goesInOneRequest() throws IOException, CommandException {
        aws.answer(200, "");
        Receipt receipt = upload().stream(out -> out.write(new byte[] {65, 66}), Progress.silent());
        assertThat(receipt).isEqualTo(new Receipt(2, "\"tag-1\"", Optional.empty()));
        assertThat(aws.requests())
                .singleElement()
                .satisfies(put -> assertThat(put.body()).contains("AB"));
    }

    @Test
    void writerThatFails_leavesNothing() {
        assertThatThrownBy(() -> upload().stream(
                        out -> {
                            out.write(1);
                            throw new IOException("disk");
                        },
                        Progress.silent()))
                .isInstanceOf(IOException.class)
                .hasMessage("disk");
        assertThat(aws.requests()).isEmpty();
    }

    @Test
    void writerThatFailsBetweenParts_abortsTheUpload() {
        aws.answer(200, CREATED).answer(200, "").answer(204, "");
        assertThatThrownBy(() -> {
                    try (GrowingUpload out =
                            new GrowingUpload(s3, new ObjectRequests(ADDRESS, TERMS), Progress.silent(), 1000)) {
                        out.write(new byte[1001]);
                        throw new IOException("disk");
                    }
                })
                .hasMessage("disk");
        assertAborted();
    }

    @Test
    void everyRequest_carriesTheOwnersTerms() throws IOException, CommandException {
        aws.answer(200, CREATED).answer(200, "").answer(200, "").answer(200, "").answer(200, COMPLETED);
        upload().file(file, Progress.silent());
        aws.answer(200, "");
        upload().stream(out -> out.write(1), Progress.silent());
        assertThat(aws.requests())
                .allSatisfy(request -> assertThat(request.headers().getFirst("x-amz-expected-bucket-owner"))
                        .isEqualTo("111122223333"));
        for (FakeAws.Request made :
                List.of(aws.requests().getFirst(), aws.requests().getLast())) {
            assertThat(made.headers().getFirst("x-amz-acl")).isEqualTo("bucket-owner-full-control");
            assertThat(made.headers().getFirst("x-amz-server-side-encryption")).isEqualTo("aws:kms");
            assertThat(made.headers().getFirst("x-amz-server-side-encryption-aws-kms-key-id"))
                    .isEqualTo(HOST_KEY.value());
        }
        assertThat(part(1).headers().toString()).containsIgnoringCase("x-amz-checksum-sha256");
        assertThat(aws.requests().getLast().headers().toString()).containsIgnoringCase("x-amz-checksum-sha256");
    }

    @Test
    void failingPart_abortsTheUpload() {
        aws.answer(200, CREATED).always("PUT", 403, DENIED).answer(204, "");
        assertThatThrownBy(() -> upload().file(file, Progress.silent()))
                .isInstanceOf(CommandException.class)
                .hasMessage("access to s3://shared-bucket/x was denied");
        assertAborted();
    }

    @Test
    void abortThatFails_isTold() {
        aws.answer(200, CREATED).always("PUT", 403, DENIED).answer(403, DENIED);
        assertThatThrownBy(() -> upload().file(file, Progress.silent()))
                .hasMessage("access to s3://shared-bucket/x was denied; and pieces of it may be left in the bucket");
    }

    @Test
    void bucketOfAnotherRegion_isFoundBeforeAnythingIsSent() {
        aws.answer(301, "", Map.of("x-amz-bucket-region", "eu-west-1"));
        assertThatThrownBy(() -> upload().check())
                .isInstanceOf(CommandException.class)
                .hasMessage("bucket shared-bucket is in eu-west-1, not in eu-central-1");
    }

    @Test
    void bucketOfAnotherRegionThatMayNotBeLookedAt_isFound() {
        aws.answer(403, "", Map.of("x-amz-bucket-region", "us-east-1"));
        assertThatThrownBy(() -> upload().check()).hasMessageContaining("is in us-east-1");
    }

    @Test
    void bucketThatMayNotBeLookedAt_isTried() throws CommandException {
        aws.answer(403, "", Map.of("x-amz-bucket-region", "eu-central-1"));
        upload().check();
    }

    @Test
    void missingBucket_isFoundBeforeAnythingIsSent() {
        aws.answer(404, "");
        assertThatThrownBy(() -> upload().check()).hasMessage("there is no bucket shared-bucket");
    }

    @Test
    void keyOfAnotherRegion_isRefusedBeforeS3IsAsked() {
        KeyId elsewhere = new KeyId(HOST_KEY.value().replace("eu-central-1", "eu-west-1"));
        S3Upload upload = new S3Upload(s3, ADDRESS, new UploadTerms(Optional.of(elsewhere), Optional.empty()));
        assertThatThrownBy(upload::check).hasMessageContaining("is not in eu-central-1, where the bucket is");
        assertThat(aws.requests()).isEmpty();
    }

    @Test
    void objectThatIsThere_isConfirmed() throws CommandException {
        aws.answer(200, "", Map.of("ETag", "\"a\"", "Content-Length", "0"));
        assertThat(upload().confirm(new Receipt(0, "\"a\"", Optional.empty()))).isTrue();
    }

    @Test
    void objectThatMayNotBeLookedAt_isNotConfirmed() throws CommandException {
        aws.answer(403, "");
        assertThat(upload().confirm(new Receipt(0, "\"a\"", Optional.empty()))).isFalse();
    }

    @Test
    void anotherObjectInItsPlace_isTold() {
        aws.answer(200, "", Map.of("ETag", "\"b\"", "Content-Length", "0"));
        assertThatThrownBy(() -> upload().confirm(new Receipt(0, "\"a\"", Optional.empty())))
                .hasMessage("s3://shared-bucket/x is not what was uploaded");
    }

    @Test
    void encryptionKeyThatS3CannotUse_isTold() {
        aws.answer(400, "<Error><Code>KMS.DisabledException</Code><Message>told</Message></Error>");
        assertThatThrownBy(() -> upload().stream(out -> out.write(1), Progress.silent()))
                .hasMessage("the encryption key of s3://shared-bucket/x cannot be used (DisabledException)");
    }

    private S3Upload upload() {
        return new S3Upload(s3, ADDRESS, TERMS, 1000);
    }

    private FakeAws.Request part(int number) {
        return aws.requests().stream()
                .filter(request -> request.path().contains("partNumber=" + number + "&"))
                .findFirst()
                .orElseThrow();
    }

    private void assertAborted() {
        FakeAws.Request last = aws.requests().getLast();
        assertThat(last.method() + " " + last.path()).isEqualTo("DELETE /shared-bucket/x?uploadId=id");
    }
}
