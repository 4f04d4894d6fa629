package dev.cloister.local.sigv4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.local.account.Account;
import dev.cloister.local.account.Sessions;
import dev.cloister.local.sigv4.SignatureRefusedException.Code;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.identity.spi.AwsSessionCredentialsIdentity;

class SigV4VerifierTest {
    /** When the requests of the AWS CLI below were made. */
    private static final Instant CAPTURED = Instant.parse("2026-11-20T10:26:48Z");

    private static final String KEY_ID = "ASIAEXAMPLEEXAMPLE22";
    private static final String SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    private static final String TOKEN = "RVhBTVBMRSBzZXNzaW9uIHRva2VuIGZvciB0ZXN0cw==";
    private static final Instant EXPIRATION = CAPTURED.plus(Duration.ofHours(1));
    private static final String BODY = "{\"KeyId\": \"alias/application\", \"EncryptionContext\": "
            + "{\"application\": \"digits\", \"version\": \"1\"}, \"KeySpec\": \"AES_256\"}";

    @TempDir
    private Path directory;

    private Sessions sessions;

    @BeforeEach
    void issueKnownCredentials() throws Exception {
        Path file = directory.resolve("sessions.json");
        Files.writeString(
                file, """
                {"%s": {"Role": "%s", "AccessKeyId": "%s", "SecretAccessKey": "%s", "SessionToken": "%s",
                        "Expiration": "%s"}}
                """.formatted(Account.host().id(), Account.host().role(), KEY_ID, SECRET, TOKEN, EXPIRATION));
        sessions = Sessions.open(file, List.of(Account.host()), CAPTURED, Duration.ofHours(1), new SecureRandom());
    }

    @Test
    void requestOfAwsCli_accepted() throws Exception {
        VerifiedRequest verified = verifier(CAPTURED).verify(request(captured(), BODY), "kms");

        assertThat(verified.account()).isEqualTo(Account.host());
        assertThat(verified.region()).isEqualTo("us-east-1");
    }

    @Test
    void stsRequestOfAwsCli_acceptedForStsAlone() throws Exception {
        Map<String, List<String>> headers = captured();
        headers.remove("X-Amz-Target");
        headers.put("Content-Type", List.of("application/x-www-form-urlencoded; charset=utf-8"));
        headers.put(
                "Authorization",
                List.of("AWS4-HMAC-SHA256 Credential=" + KEY_ID + "/20261120/us-east-1/sts/aws4_request, "
                        + "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token, "
                        + "Signature=bbef228e89dbba4f51f75adc250f57bbb2de36bc2cc1ec97aca11f508660a5b8"));
        ReceivedRequest request = request(headers, "Action=GetCallerIdentity&Version=2011-06-15");

        assertThat(verifier(CAPTURED).verify(request, "sts").account()).isEqualTo(Account.host());
        refused(CAPTURED, request, Code.INVALID, "correct service: 'kms'");
    }

    @Test
    void requestSignedByAwsSdk_accepted() throws Exception {
        assertThat(verifier(CAPTURED)
                        .verify(request(signedBySdk(SECRET, "us-east-1", CAPTURED), BODY), "kms")
                        .account())
                .isEqualTo(Account.host());
    }

    @Test
    void wrongSecret_refused() {
        refused(CAPTURED, request(signedBySdk("another", "us-east-1", CAPTURED), BODY), Code.INVALID, "does not match");
    }

    @Test
    void otherRegion_refused() {
        refused(CAPTURED, request(signedBySdk(SECRET, "eu-west-1", CAPTURED), BODY), Code.INVALID, "valid region");
    }

    @Test
    void changedBody_refused() {
        refused(CAPTURED, request(captured(), BODY.replace('1', '2')), Code.INVALID, "does not match");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Host", "Content-Type", "X-Amz-Target", "X-Amz-Date"})
    void changedSignedHeader_refused(String name) {
        Map<String, List<String>> headers = captured();
        headers.computeIfPresent(
                name,
                (same, values) -> List.of(name.equals("X-Amz-Date") ? "20261120T102649Z" : values.getFirst() + "x"));

        refused(CAPTURED, request(headers, BODY), Code.INVALID, "does not match");
    }

    @Test
    void repeatedSignedHeader_refused() {
        Map<String, List<String>> headers = captured();
        headers.put("X-Amz-Target", List.of("TrentService.GenerateDataKey", "TrentService.Decrypt"));

        refused(CAPTURED, request(headers, BODY), Code.INVALID, "does not match");
    }

    @Test
    void unsignedAmzHeader_refused() {
        Map<String, List<String>> headers = captured();
        headers.put("X-Amz-Other", List.of("a"));

        refused(CAPTURED, request(headers, BODY), Code.INVALID, "not signed: x-amz-other");
    }

    @Test
    void flippedSignature_refused() {
        refused(CAPTURED, request(edited("c706b6", "c706b7"), BODY), Code.INVALID, "does not match");
    }

    @Test
    void noAuthorization_refused() {
        Map<String, List<String>> headers = captured();
        headers.remove("Authorization");

        refused(CAPTURED, request(headers, BODY), Code.MISSING, "Missing Authentication Token");
    }

    @Test
    void otherAlgorithm_refused() {
        refused(CAPTURED, request(edited("HMAC-SHA256", "ECDSA-P256-SHA256"), BODY), Code.INCOMPLETE, "begin with");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Credential", "SignedHeaders", "Signature"})
    void missingPart_refused(String part) {
        refused(CAPTURED, request(edited(part + "=", part + "s="), BODY), Code.INCOMPLETE, "requires '" + part + "'");
    }

    @Test
    void malformedParts_refused() {
        refused(CAPTURED, request(edited(", Signature", ", Extra=1, Signature"), BODY), Code.INCOMPLETE, "other than");
        refused(CAPTURED, request(edited(", Signature", ", Extra, Signature"), BODY), Code.INCOMPLETE, "key=value");
        refused(CAPTURED, request(edited("/aws4_request", "/aws4"), BODY), Code.INCOMPLETE, "5 slash-delimited");
        refused(CAPTURED, request(edited("c706b6", "C706B6"), BODY), Code.INCOMPLETE, "64 hexadecimal digits");
        refused(CAPTURED, request(edited("content-type;host", "host;content-type"), BODY), Code.INCOMPLETE, "sorted");
        refused(CAPTURED, request(edited("content-type;host;", "content-type;"), BODY), Code.INVALID, "must contain");
        refused(CAPTURED, request(edited("content-type", "content-typo"), BODY), Code.INVALID, "does not have");
        refused(CAPTURED, request(edited("AWS4", " ".repeat(5000) + "AWS4"), BODY), Code.INCOMPLETE, "longer");
    }

    @Test
    void scopeOfOtherDay_refused() {
        refused(CAPTURED, request(edited("/20261120/", "/20261119/"), BODY), Code.INVALID, "Date in Credential scope");
    }

    @Test
    void dateOfOtherForm_refused() {
        Map<String, List<String>> headers = captured();
        headers.put("X-Amz-Date", List.of("Fri, 20 Nov 2026 10:26:48 GMT"));
        refused(CAPTURED, request(headers, BODY), Code.INCOMPLETE, "ISO-8601");
        headers.remove("X-Amz-Date");
        refused(CAPTURED, request(headers, BODY), Code.INCOMPLETE, "X-Amz-Date");
    }

    @Test
    void requestFromPastOrFuture_refusedBeyondFifteenMinutes() throws Exception {
        Duration allowed = SigV4Verifier.MAX_SKEW;
        verifier(CAPTURED.plus(allowed)).verify(request(captured(), BODY), "kms");
        verifier(CAPTURED.minus(allowed)).verify(request(captured(), BODY), "kms");

        refused(CAPTURED.plus(allowed).plusSeconds(1), request(captured(), BODY), Code.INVALID, "Signature expired");
        refused(CAPTURED.minus(allowed).minusSeconds(1), request(captured(), BODY), Code.INVALID, "not yet current");
    }

    @Test
    void unknownAccessKey_refused() {
        refused(CAPTURED, request(edited(KEY_ID, "ASIAEXAMPLEEXAMPLE33"), BODY), Code.UNRECOGNIZED, "is invalid");
    }

    @Test
    void missingOrWrongSessionToken_refused() {
        Map<String, List<String>> headers = captured();
        headers.put("X-Amz-Security-Token", List.of(TOKEN.replace('R', 'S')));
        refused(CAPTURED, request(headers, BODY), Code.UNRECOGNIZED, "is invalid");
        headers.remove("X-Amz-Security-Token");
        refused(CAPTURED, request(headers, BODY), Code.UNRECOGNIZED, "is invalid");
    }

    @Test
    void expiredCredentials_refused() {
        refused(
                EXPIRATION,
                request(signedBySdk(SECRET, "us-east-1", EXPIRATION), BODY),
                Code.EXPIRED,
                "security token included in the request is expired");
    }

    private SigV4Verifier verifier(Instant now) {
        return new SigV4Verifier(sessions, Set.of("us-east-1"), InstantSource.fixed(now));
    }

    private void refused(Instant now, ReceivedRequest request, Code code, String text) {
        assertThatThrownBy(() -> verifier(now).verify(request, "kms"))
                .isInstanceOfSatisfying(
                        SignatureRefusedException.class,
                        e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(text)
                .message()
                .doesNotContain(SECRET);
    }

    private static ReceivedRequest request(Map<String, List<String>> headers, String body) {
        return new ReceivedRequest("POST", headers, body.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * What {@code aws kms generate-data-key --key-id alias/application --key-spec AES_256 --encryption-context
     * application=digits,version=1} of aws-cli 2.9.19 sent with the credentials above; its own name is left out.
     */
    private static Map<String, List<String>> captured() {
        Map<String, List<String>> headers = new TreeMap<>();
        headers.put("Host", List.of("127.0.0.1:18123"));
        headers.put("Accept-Encoding", List.of("identity"));
        headers.put("X-Amz-Target", List.of("TrentService.GenerateDataKey"));
        headers.put("Content-Type", List.of("application/x-amz-json-1.1"));
        headers.put("X-Amz-Date", List.of("20261120T102648Z"));
        headers.put("X-Amz-Security-Token", List.of(TOKEN));
        headers.put("Content-Length", List.of("116"));
        headers.put(
                "Authorization",
                List.of("AWS4-HMAC-SHA256 Credential=" + KEY_ID + "/20261120/us-east-1/kms/aws4_request, "
                        + "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;x-amz-target, "
                        + "Signature=60bdee8bb25fac09b6d6b23021229ac9dfed0803d25e2b42b74fdc30a1c706b6"));
        return headers;
    }

    private static Map<String, List<String>> edited(String from, String to) {
        Map<String, List<String>> headers = captured();
        headers.computeIfPresent(
                "Authorization", (name, values) -> List.of(values.getFirst().replace(from, to)));
        return headers;
    }

    private static Map<String, List<String>> signedBySdk(String secret, String region, Instant when) {
        SdkHttpRequest unsigned = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(URI.create("https://kms.us-east-1.amazonaws.com/"))
                .putHeader("Content-Type", "application/x-amz-json-1.1")
                .putHeader("X-Amz-Target", "TrentService.GenerateDataKey")
                .build();
        AwsSessionCredentialsIdentity credentials = AwsSessionCredentialsIdentity.create(KEY_ID, secret, TOKEN);
        Map<String, List<String>> signed = AwsV4HttpSigner.create()
                .sign(request -> request.identity(credentials)
                        .request(unsigned)
                        .payload(ContentStreamProvider.fromUtf8String(BODY))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "kms")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region)
                        .putProperty(AwsV4HttpSigner.SIGNING_CLOCK, Clock.fixed(when, ZoneOffset.UTC)))
                .request()
                .headers();
        Map<String, List<String>> headers = new TreeMap<>();
        signed.forEach((name, values) -> headers.put(name, new ArrayList<>(values)));
        return headers;
    }
}
