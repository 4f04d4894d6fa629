package dev.cloister.encryptor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.cli.CommandRunner;
import dev.cloister.envelope.DataKey;
import dev.cloister.envelope.EncryptionContext;
import dev.cloister.envelope.Envelope;
import dev.cloister.envelope.archive.ArchiveLimits;
import dev.cloister.upload.FakeAws;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EncryptCommandTest {
    private static final String ARN = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    private static final byte[] DATA_KEY = "0123456789abcdefFEDCBA9876543210".getBytes(StandardCharsets.US_ASCII);
    private static final String GENERATED =
            """
            {"KeyId":"%s","CiphertextBlob":"AQID","Plaintext":"%s"}""".formatted(ARN, Base64.getEncoder().encodeToString(DATA_KEY));

    @TempDir
    Path temp;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private FakeAws aws;
    private Path directory;
    private Path output;

    @BeforeEach
    void prepare() throws IOException {
        aws = new FakeAws();
        directory = Files.createDirectory(temp.resolve("digits"));
        Files.writeString(directory.resolve("main.py"), "print()");
        output = Files.createDirectory(temp.resolve("out")).resolve("application.cloister");
    }

    @AfterEach
    void stop() {
        aws.close();
    }

    @Test
    void directory_becomesAPackage() throws IOException {
        aws.answer(200, GENERATED);
        assertThat(encrypt("--json")).as(err::toString).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .isEqualTo("{\"package\":\"" + output + "\",\"size\":" + Files.size(output)
                        + ",\"application\":\"digits\",\"version\":\"0\",\"key\":\"" + ARN
                        + "\",\"entries\":1,\"bytes\":7}\n");

        Path unpacked = Files.createDirectory(temp.resolve("unpacked"));
        try (InputStream in = Files.newInputStream(output)) {
            Envelope envelope = Envelope.open(in);
            assertThat(envelope.header().keyArn()).hasToString(ARN);
            assertThat(envelope.header().encryptedDataKey().toBytes()).containsExactly(1, 2, 3);
            assertThat(envelope.header().encryptionContext()).isEqualTo(EncryptionContext.of("digits", "0"));
            envelope.unpack(DataKey.copyOf(DATA_KEY), unpacked, new ArchiveLimits(10, 100));
        }
        assertThat(unpacked.resolve("main.py")).hasContent("print()");
        assertOnlyLeft("application.cloister");
    }

    @Test
    void request_carriesKeyAndContext() throws IOException {
        aws.answer(200, GENERATED);
        Files.writeString(directory.resolve("cloister.yaml"), "name: numbers\nversion: \"1.10\"\n");
        assertThat(encrypt()).as(err::toString).isZero();
        FakeAws.Request request = aws.requests().getFirst();
        assertThat(request.headers().getFirst("X-Amz-Target")).isEqualTo("TrentService.GenerateDataKey");
        assertThat(request.body())
                .contains("\"KeyId\":\"alias/k\"", "\"KeySpec\":\"AES_256\"")
                .contains("\"cloister:application\":\"numbers\"", "\"cloister:version\":\"1.10\"");
    }

    @Test
    void keyArn_choosesTheRegion() {
        aws.answer(200, GENERATED);
        assertThat(run("-d", directory, "-k", ARN, "-o", output))
                .as(err::toString)
                .isZero();
        assertThat(aws.kmsRegion()).hasToString("eu-central-1");
    }

    @Test
    void existingPackage_isReplaced() throws IOException {
        Files.writeString(output, "old");
        aws.answer(200, GENERATED);
        assertThat(encrypt()).isZero();
        assertThat(Files.readString(output, StandardCharsets.ISO_8859_1)).startsWith("CLOISTER");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "NotFoundException           | 1  | key alias/k was not found",
                "AccessDeniedException       | 12 | access to key alias/k was denied",
                "DisabledException           | 1  | key alias/k cannot be used (DisabledException)",
                "KMSInvalidStateException    | 1  | key alias/k cannot be used (KMSInvalidStateException)",
                "ExpiredTokenException       | 1  | the AWS credentials have expired",
                "UnrecognizedClientException | 1  | KMS does not accept the AWS credentials (UnrecognizedClientException)",
                "ValidationException         | 1  | generating a data key under alias/k failed: ValidationException: told",
            })
    void refusalOfKms_isToldAndLeavesNothing(String code, int status, String message) throws IOException {
        aws.answer(400, "{\"__type\":\"" + code + "\",\"message\":\"told\"}");
        Files.writeString(output, "old");
        assertThat(encrypt()).isEqualTo(status);
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("cloister: error: " + message + "\n");
        assertThat(output).hasContent("old");
        assertOnlyLeft("application.cloister");
    }

    @Test
    void kmsThatIsNotThere_isTold() throws IOException {
        aws.close();
        assertThat(encrypt()).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("cloister: error: KMS cannot be reached: ")
                .contains("cloister: hint: check the network, the region and AWS_ENDPOINT_URL_KMS");
        assertOnlyLeft();
    }

    @Test
    void answerWithoutKeyArn_isRefused() throws IOException {
        aws.answer(200, GENERATED.replace(ARN, "alias/k"));
        assertThat(encrypt()).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("not the ARN of a KMS key");
        assertOnlyLeft();
    }

    @Test
    void emptyDirectory_isRefusedBeforeKmsIsAsked() throws IOException {
        Files.delete(directory.resolve("main.py"));
        assertThat(encrypt()).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("cloister: error: nothing to encrypt in " + directory + "\n");
        assertThat(aws.requests()).isEmpty();
        assertOnlyLeft();
    }

    @Test
    void missingDirectory_isRefused() {
        assertThat(run("-d", temp.resolve("missing"), "-k", "alias/k", "-o", output))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("is not a directory");
    }

    @Test
    void outputInsideTheDirectory_isRefused() {
        assertThat(run("-d", directory, "-k", "alias/k", "-o", directory.resolve("x")))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("inside the directory it is made of");
        assertThat(aws.requests()).isEmpty();
    }

    @Test
    void outputInMissingDirectory_isRefused() {
        assertThat(run("-d", directory, "-k", "alias/k", "-o", temp.resolve("no/x")))
                .isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("there is no directory");
    }

    @Test
    void missingOption_isUsage() {
        assertThat(run("-d", directory)).isEqualTo(2);
    }

    @Test
    void wrongUploadAddress_isUsage() {
        assertThat(encrypt("--upload", "https://bucket/key")).isEqualTo(2);
    }

    @Test
    void controlCharacterInTheName_isRefused() {
        assertThat(encrypt("--application", "a\nb")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("control character");
    }

    @Test
    void upload_putsThePackageUnderTheBucketOwnersControl() {
        aws.answer(200, "").answer(200, GENERATED).answer(200, "").answer(403, "");
        assertThat(encrypt("--upload", "s3://shared-bucket/digits/"))
                .as(err::toString)
                .isZero();
        FakeAws.Request put = aws.requests().get(2);
        assertThat(put.method() + " " + put.path()).isEqualTo("PUT /shared-bucket/digits/application.cloister");
        assertThat(put.body()).contains("CLOISTER");
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("s3://shared-bucket/digits/application.cloister");
        assertThat(output).exists();
    }

    @Test
    void uploadAlone_writesNoFile() throws IOException {
        aws.answer(200, "").answer(200, GENERATED).answer(200, "").answer(403, "");
        assertThat(upload("s3://shared-bucket/digits/", "--sse-kms-key-id", ARN, "--json"))
                .as(err::toString)
                .isZero();
        FakeAws.Request put = aws.requests().get(2);
        assertThat(put.method() + " " + put.path()).isEqualTo("PUT /shared-bucket/digits/application.cloister");
        assertThat(put.headers().getFirst("x-amz-server-side-encryption-aws-kms-key-id"))
                .isEqualTo(ARN);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith("{\"size\":")
                .contains("\"upload\":\"s3://shared-bucket/digits/application.cloister\",\"confirmed\":false");
        assertOnlyLeft();
    }

    @Test
    void bucketOfAnotherRegion_isToldBeforeKmsIsAsked() {
        aws.answer(301, "", Map.of("x-amz-bucket-region", "us-east-1"));
        assertThat(upload("s3://shared-bucket/digits/")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("cloister: error: bucket shared-bucket is in us-east-1, not in eu-central-1\n");
        assertThat(aws.requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--expected-bucket-owner | 1234           | is no account number",
                "--sse-kms-key-id        | hostkey        | an alias is written alias/NAME",
                "--kms-key-id            | arn:aws-cn:kms:eu-west-1:111122223333:key/x | is of partition aws-cn",
            })
    void malformedTerms_areRefusedBeforeAnythingIsAsked(String option, String value, String message) {
        assertThat(upload("s3://shared-bucket/digits/", option, value)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains(message);
        assertThat(aws.requests()).isEmpty();
    }

    @Test
    void aliasWithoutPrefix_isRefusedBeforeAnythingIsAsked() {
        assertThat(run("-d", directory, "-k", "enclavekey", "-o", output)).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("an alias is written alias/NAME");
        assertThat(aws.requests()).isEmpty();
    }

    @Test
    void termsWithoutUpload_areUsage() {
        assertThat(encrypt("--expected-bucket-owner", "111122223333")).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | AccessDenied | access to s3://shared-bucket/x was denied",
                "404 | NoSuchBucket | there is no bucket shared-bucket",
                "400 | ExpiredToken | the AWS credentials have expired",
            })
    void refusalOfS3_isToldAndLeavesNothing(int status, String code, String message) throws IOException {
        String refusal = "<Error><Code>" + code + "</Code><Message>told</Message></Error>";
        aws.answer(200, "").answer(200, GENERATED).answer(status, refusal);
        assertThat(encrypt("--upload", "s3://shared-bucket/x")).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("cloister: error: " + message + "\n");
        assertOnlyLeft();
    }

    private int upload(String address, String... more) {
        List<Object> arguments = new ArrayList<>(List.of("-d", directory, "-k", "alias/k", "--upload", address));
        arguments.addAll(List.of(more));
        return run(arguments.toArray());
    }

    private int encrypt(String... more) {
        List<Object> arguments = new ArrayList<>(List.of("-d", directory, "-k", "alias/k", "-o", output));
        arguments.addAll(List.of(more));
        return run(arguments.toArray());
    }

    private int run(Object... arguments) {
        String[] texts = Stream.of(arguments).map(Object::toString).toArray(String[]::new);
        EncryptCommand command = new EncryptCommand(aws, new PrintStream(out, true, StandardCharsets.UTF_8));
        return new CommandRunner(new PrintStream(err, true, StandardCharsets.UTF_8)).run(command, texts);
    }

    private void assertOnlyLeft(String... names) throws IOException {
        try (Stream<Path> left = Files.list(output.getParent())) {
            assertThat(left.map(path -> path.getFileName().toString())).containsExactlyInAnyOrder(names);
        }
    }
}
