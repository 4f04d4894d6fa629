package dev.cloister.image.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.cli.CommandRunner;
import dev.cloister.image.eif.TestImages;
import dev.cloister.upload.FakeAws;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishCommandTest {
    private static final String KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";

    @TempDir
    Path folder;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private FakeAws aws;
    private Path image;

    @BeforeEach
    void prepare() throws Exception {
        aws = new FakeAws();
        image = TestImages.write(folder.resolve("image.eif"), TestImages.sections());
    }

    @AfterEach
    void stop() {
        aws.close();
    }

    @Test
    void image_goesUnderTheHostsTerms() {
        aws.answer(200, "").answer(200, "").answer(403, "");
        assertThat(publish("s3://shared-bucket/thirdparty/", "--json"))
                .as(err::toString)
                .isZero();
        FakeAws.Request put = aws.requests().get(1);
        assertThat(put.method() + " " + put.path()).isEqualTo("PUT /shared-bucket/thirdparty/image.eif");
        assertThat(put.headers().getFirst("x-amz-acl")).isEqualTo("bucket-owner-full-control");
        assertThat(put.headers().getFirst("x-amz-server-side-encryption-aws-kms-key-id"))
                .isEqualTo(KEY);
        assertThat(put.headers().getFirst("x-amz-expected-bucket-owner")).isEqualTo("111122223333");
        assertThat(out.toString(StandardCharsets.UTF_8))
                .matches(
                        "\\{\"Image\":\"s3://shared-bucket/thirdparty/image.eif\",\"PCR0\":\"[0-9a-f]{96}\",\"Size\":[0-9]+,"
                                + "\"Version\":null,\"Confirmed\":false,\"Beside\":\\[]}\n");
    }

    @Test
    void whatLiesBesideIt_goesWithIt() throws Exception {
        Files.writeString(folder.resolve("image.eif.summary.json"), "{}");
        Files.writeString(folder.resolve("image.eif.cdx.json"), "{}");
        Files.writeString(folder.resolve("image.eif.other"), "{}");
        aws.answer(200, "").answer(200, "").answer(200, "").answer(200, "").answer(403, "");
        assertThat(publish("s3://shared-bucket/a.eif")).as(err::toString).isZero();
        assertThat(aws.requests().stream().filter(request -> request.method().equals("PUT")))
                .extracting(FakeAws.Request::path)
                .containsExactly(
                        "/shared-bucket/a.eif", "/shared-bucket/a.eif.summary.json", "/shared-bucket/a.eif.cdx.json");
    }

    @Test
    void refusedUpload_fails() {
        aws.answer(200, "").answer(403, "<Error><Code>AccessDenied</Code><Message>told</Message></Error>");
        assertThat(publish("s3://shared-bucket/a.eif")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("cloister: error: access to s3://shared-bucket/a.eif was denied\n");
    }

    @Test
    void damagedImage_isRefusedBeforeS3IsAsked() throws Exception {
        byte[] bytes = Files.readAllBytes(image);
        bytes[bytes.length - 1] ^= 1;
        Files.write(image, bytes);
        assertThat(publish("s3://shared-bucket/a.eif")).isEqualTo(1);
        assertThat(aws.requests()).isEmpty();
    }

    @Test
    void imageThatMeasuresOtherwise_isRefusedBeforeS3IsAsked() {
        assertThat(publish("s3://shared-bucket/a.eif", "--pcr0", "ab".repeat(48)))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("has PCR0");
        assertThat(aws.requests()).isEmpty();
    }

    @Test
    void wrongAddress_isUsage() {
        assertThat(publish("shared-bucket/a.eif")).isEqualTo(2);
    }

    private int publish(String destination, String... more) {
        List<String> arguments = new ArrayList<>(List.of(image.toString(), destination));
        arguments.addAll(List.of("--sse-kms-key-id", KEY, "--expected-bucket-owner", "111122223333"));
        arguments.addAll(List.of(more));
        PublishCommand command = new PublishCommand(aws, new PrintStream(out, true, StandardCharsets.UTF_8));
        return new CommandRunner(new PrintStream(err, true, StandardCharsets.UTF_8))
                .run(command, arguments.toArray(String[]::new));
    }
}
