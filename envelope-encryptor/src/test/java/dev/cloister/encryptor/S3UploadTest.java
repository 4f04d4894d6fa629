package dev.cloister.encryptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.services.s3.S3Client;

final class S3UploadTest {
    private static final S3Address ADDRESS = new S3Address("shared-bucket", "x");
    private static final String CREATED = """
            <InitiateMultipartUploadResult><Bucket>shared-bucket</Bucket><Key>x</Key><UploadId>id</UploadId>
            </InitiateMultipartUploadResult>""";
    private static final String COMPLETED = """
            <CompleteMultipartUploadResult><ETag>"tag"</ETag></CompleteMultipartUploadResult>""";

    @TempDir
    Path temp;

    private FakeAws aws;
    private Path file;

    @BeforeEach
    void prepare() throws IOException {
        aws = new FakeAws();
        file = Files.writeString(temp.resolve("file"), "0".repeat(1000) + "1".repeat(1000) + "2".repeat(500));
    }

    @AfterEach
    void stop() {
        aws.close();
    }

    @Test
    void largeFile_goesInParts() throws IOException, CommandException {
        aws.answer(200, CREATED).answer(200, "").answer(200, "").answer(200, "").answer(200, COMPLETED);
        upload();
        assertThat(aws.requests())
                .extracting(FakeAws.Request::method)
                .containsExactly("POST", "PUT", "PUT", "PUT", "POST");
        for (int part = 1; part <= 3; part++) {
            FakeAws.Request put = aws.requests().get(part);
            assertThat(put.path()).contains("partNumber=" + part, "uploadId=id");
            assertThat(put.body()).contains(String.valueOf(part - 1).repeat(part == 3 ? 500 : 1000));
            assertThat(put.body().replaceAll("[^012]", "")).doesNotContain(part == 1 ? "1111111111" : "0000000000");
        }
        assertThat(aws.requests().getLast().body())
                .contains("<PartNumber>1</PartNumber>", "<PartNumber>3</PartNumber>", "tag-2", "tag-4");
    }

    @Test
    void failingPart_abortsTheUpload() {
        aws.answer(200, CREATED)
                .answer(200, "")
                .answer(403, "<Error><Code>AccessDenied</Code><Message>told</Message></Error>")
                .answer(204, "");
        assertThatThrownBy(this::upload)
                .isInstanceOf(CommandException.class)
                .hasMessage("access to s3://shared-bucket/x was denied");
        FakeAws.Request last = aws.requests().getLast();
        assertThat(last.method() + " " + last.path()).isEqualTo("DELETE /shared-bucket/x?uploadId=id");
    }

    @Test
    void address_isParsed() {
        assertThat(S3Address.parse("s3://b-1/a/b c", "f")).isEqualTo(new S3Address("b-1", "a/b c"));
        assertThat(S3Address.parse("s3://bucket/", "f")).hasToString("s3://bucket/f");
        assertThat(S3Address.parse("s3://bucket/a/", "f")).hasToString("s3://bucket/a/f");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "s3://", "s3://bucket", "s3:///key", "S3://bucket/key", "s3://Bucket/key", "bucket/key"})
    void otherAddresses_areRefused(String text) {
        assertThatThrownBy(() -> S3Address.parse(text, "f")).isInstanceOf(IllegalArgumentException.class);
    }

    private void upload() throws IOException, CommandException {
        try (S3Client s3 = aws.s3()) {
            new S3Upload(s3, 1000).upload(file, ADDRESS, Progress.silent());
        }
    }
}
