package dev.cloister.local.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.local.AdjustableClock;
import dev.cloister.local.Clients;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.account.Account;
import dev.cloister.local.account.TemporaryCredentials;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DataKeySpec;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;
import software.amazon.awssdk.services.kms.model.KeyMetadata;
import software.amazon.awssdk.services.kms.model.KeyState;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.ListAliasesResponse;

/** The service as a client of the AWS SDK sees it, over TLS. */
class KmsServiceTest {
    private static final Map<String, String> CONTEXT = Map.of("application", "digits", "version", "1");
    private static final SdkBytes SECRET = SdkBytes.fromUtf8String("a secret");

    @TempDir
    private static Path state;

    private static final AdjustableClock CLOCK = new AdjustableClock();
    private static LocalCloud cloud;
    private static KmsClient owner;
    private static KmsClient host;

    @BeforeAll
    static void start() throws Exception {
        cloud = LocalCloud.start(state, LocalCloudOptions.inRegion("us-east-1"), CLOCK);
        owner = Clients.kms(cloud, Account.thirdParty());
        host = Clients.kms(cloud, Account.host());
    }

    @AfterAll
    static void stop() throws Exception {
        owner.close();
        host.close();
        cloud.close();
    }

    @Test
    void dataKey_decryptsUnderItsContext() {
        String key = newKey();
        GenerateDataKeyResponse made = owner.generateDataKey(
                request -> request.keyId(key).keySpec(DataKeySpec.AES_256).encryptionContext(CONTEXT));
        DecryptResponse opened = owner.decrypt(
                request -> request.ciphertextBlob(made.ciphertextBlob()).encryptionContext(CONTEXT));

        assertThat(made.plaintext().asByteArray()).hasSize(32);
        assertThat(opened.plaintext()).isEqualTo(made.plaintext());
        assertThat(opened.keyId()).isEqualTo(made.keyId()).isEqualTo(arn(key));
    }

    @Test
    void otherContext_isInvalidCiphertext() {
        SdkBytes blob = encrypt(newKey());

        refused(() -> owner.decrypt(request -> request.ciphertextBlob(blob)), "InvalidCiphertextException", "");
        refused(
                () -> owner.decrypt(
                        request -> request.ciphertextBlob(blob).encryptionContext(Map.of("application", "digits"))),
                "InvalidCiphertextException",
                "");
        refused(
                () -> owner.decrypt(request -> request.ciphertextBlob(blob)
                        .encryptionContext(Map.of("application", "digits", "version", "2"))),
                "InvalidCiphertextException",
                "");
        assertThat(decrypt(blob)).isEqualTo(SECRET);
    }

    @Test
    void changedCiphertext_isInvalid() {
        byte[] blob = encrypt(newKey()).asByteArray();
        for (int index : new int[] {17, 29, blob.length - 1}) {
            byte[] changed = blob.clone();
            changed[index] ^= 1;
            refused(() -> decrypt(SdkBytes.fromByteArray(changed)), "InvalidCiphertextException", "");
        }
        refused(() -> decrypt(SdkBytes.fromUtf8String("not of this service")), "InvalidCiphertextException", "");
    }

    @Test
    void ciphertextOfUnknownKey_isAccessDenied() {
        byte[] changed = encrypt(newKey()).asByteArray();
        changed[1] ^= 1;

        refused(
                () -> decrypt(SdkBytes.fromByteArray(changed)),
                "AccessDeniedException",
                "The ciphertext refers to a customer master key that does not exist");
    }

    @Test
    void decryptNamingAnotherKey_isIncorrectKey() {
        SdkBytes blob = encrypt(newKey());
        String other = newKey();

        refused(
                () -> owner.decrypt(
                        request -> request.keyId(other).ciphertextBlob(blob).encryptionContext(CONTEXT)),
                "IncorrectKeyException",
                "does not identify a CMK");
    }

    @Test
    void dataKeyLengths_areAsAsked() {
        String key = newKey();

        assertThat(owner.generateDataKey(request -> request.keyId(key).keySpec(DataKeySpec.AES_128))
                        .plaintext()
                        .asByteArray())
                .hasSize(16);
        assertThat(owner.generateDataKey(request -> request.keyId(key).numberOfBytes(1024))
                        .plaintext()
                        .asByteArray())
                .hasSize(1024);
        assertThat(owner.generateDataKeyWithoutPlaintext(
                                request -> request.keyId(key).numberOfBytes(8))
                        .ciphertextBlob())
                .isNotNull();
        assertThat(owner.generateRandom(request -> request.numberOfBytes(7))
                        .plaintext()
                        .asByteArray())
                .hasSize(7);
        refused(() -> owner.generateDataKey(request -> request.keyId(key)), "ValidationException", "either");
        refused(
                () -> owner.generateDataKey(request -> request.keyId(key).numberOfBytes(1025)),
                "ValidationException",
                "between 1 and 1024");
    }

    @Test
    void largestPlaintext_fitsAndLargerIsRefused() {
        String key = newKey();
        SdkBytes largest = SdkBytes.fromByteArray(new byte[4096]);
        SdkBytes blob =
                owner.encrypt(request -> request.keyId(key).plaintext(largest)).ciphertextBlob();

        assertThat(blob.asByteArray()).hasSizeLessThanOrEqualTo(6144);
        assertThat(owner.decrypt(request -> request.ciphertextBlob(blob)).plaintext())
                .isEqualTo(largest);
        refused(
                () -> owner.encrypt(request -> request.keyId(key).plaintext(SdkBytes.fromByteArray(new byte[4097]))),
                "ValidationException",
                "between 1 and 4096");
    }

    @Test
    void key_isDescribedListedAndFoundByItsNames() {
        KeyMetadata made =
                owner.createKey(request -> request.description("for digits")).keyMetadata();
        String alias = "alias/" + made.keyId();
        owner.createAlias(request -> request.aliasName(alias).targetKeyId(made.keyId()));

        for (String name : List.of(made.keyId(), made.arn(), alias, "arn:aws:kms:us-east-1:444455556666:" + alias)) {
            assertThat(owner.describeKey(request -> request.keyId(name)).keyMetadata())
                    .isEqualTo(made);
        }
        assertThat(made.description()).isEqualTo("for digits");
        assertThat(made.awsAccountId()).isEqualTo("444455556666");
        assertThat(made.keyState()).isEqualTo(KeyState.ENABLED);
        assertThat(owner.listKeysPaginator(request -> request.limit(2)).keys().stream()
                        .map(entry -> entry.keyArn()))
                .contains(made.arn())
                .doesNotHaveDuplicates();
        assertThat(host.listKeys().keys()).isEmpty();
    }

    @Test
    void unknownKey_isNotFound() {
        String unknown = "00000000-0000-0000-0000-000000000000";

        refused(() -> owner.describeKey(request -> request.keyId(unknown)), "NotFoundException", "key/" + unknown);
        refused(() -> owner.describeKey(request -> request.keyId("alias/none")), "NotFoundException", "alias/none");
        refused(() -> owner.describeKey(request -> request.keyId("none")), "NotFoundException", "Invalid keyId");
        refused(
                () -> owner.describeKey(request -> request.keyId(arn(newKey()).replace("us-east-1", "us-west-2"))),
                "NotFoundException",
                "Invalid arn us-west-2");
        refused(() -> host.describeKey(request -> request.keyId(newKey())), "NotFoundException", "does not exist");
    }

    @Test
    void aliases_areMadeMovedAndDeleted() {
        String first = newKey();
        String second = newKey();
        String alias = "alias/moving/" + first;
        owner.createAlias(request -> request.aliasName(alias).targetKeyId(first));
        refused(
                () -> owner.createAlias(request -> request.aliasName(alias).targetKeyId(second)),
                "AlreadyExistsException",
                alias);
        owner.updateAlias(request -> request.aliasName(alias).targetKeyId(second));
        ListAliasesResponse listed = owner.listAliases(request -> request.keyId(second));
        owner.deleteAlias(request -> request.aliasName(alias));

        assertThat(listed.aliases()).singleElement().satisfies(entry -> {
            assertThat(entry.aliasName()).isEqualTo(alias);
            assertThat(entry.targetKeyId()).isEqualTo(second);
        });
        refused(() -> owner.deleteAlias(request -> request.aliasName(alias)), "NotFoundException", alias);
        refused(
                () -> owner.createAlias(
                        request -> request.aliasName("alias/aws/s3").targetKeyId(first)),
                "InvalidAliasNameException",
                "");
    }

    @Test
    void disabledKey_isRefusedUntilEnabled() {
        String key = newKey();
        SdkBytes blob = encrypt(key);
        owner.disableKey(request -> request.keyId(key));

        refused(() -> decrypt(blob), "DisabledException", arn(key) + " is disabled.");
        refused(() -> encrypt(key), "DisabledException", arn(key) + " is disabled.");
        owner.enableKey(request -> request.keyId(key));
        assertThat(decrypt(blob)).isEqualTo(SECRET);
    }

    @Test
    void keyPendingDeletion_isRefusedUntilCancelled() {
        String key = newKey();
        SdkBytes blob = encrypt(key);
        owner.scheduleKeyDeletion(request -> request.keyId(key).pendingWindowInDays(7));

        refused(() -> decrypt(blob), "KMSInvalidStateException", arn(key) + " is pending deletion.");
        refused(() -> owner.enableKey(request -> request.keyId(key)), "KMSInvalidStateException", "");
        assertThat(owner.describeKey(request -> request.keyId(key))
                        .keyMetadata()
                        .keyState())
                .isEqualTo(KeyState.PENDING_DELETION);
        owner.cancelKeyDeletion(request -> request.keyId(key));
        refused(() -> decrypt(blob), "DisabledException", "");
        owner.enableKey(request -> request.keyId(key));
        assertThat(decrypt(blob)).isEqualTo(SECRET);
    }

    @Test
    void keyPolicy_comesBackAsItWasPut() {
        String key = newKey();
        String policy = KeyPolicy.defaultText("444455556666").replace("key-default-1", "mine");
        owner.putKeyPolicy(request -> request.keyId(key).policyName("default").policy(policy));

        assertThat(owner.getKeyPolicy(request -> request.keyId(key).policyName("default"))
                        .policy())
                .isEqualTo(policy);
        assertThat(owner.listKeyPolicies(request -> request.keyId(key)).policyNames())
                .containsExactly("default");
        refused(
                () -> owner.getKeyPolicy(request -> request.keyId(key).policyName("other")),
                "NotFoundException",
                "No such policy exists");
    }

    @Test
    void malformedPolicy_isRefusedByName() {
        String key = newKey();
        String policy = KeyPolicy.defaultText("444455556666").replace("\"Resource\"", "\"Resources\"");

        refused(
                () -> owner.putKeyPolicy(request -> request.keyId(key).policy(policy)),
                "MalformedPolicyDocumentException",
                "unsupported element: Resources");
        refused(
                () -> owner.createKey(request -> request.policy("{}")),
                "MalformedPolicyDocumentException",
                "no Statement");
    }

    @Test
    void policyThatLocksItsAuthorOut_isRefusedUnlessBypassed() {
        String key = newKey();
        String policy = KeyPolicy.defaultText("111122223333");

        refused(
                () -> owner.putKeyPolicy(request -> request.keyId(key).policy(policy)),
                "MalformedPolicyDocumentException",
                "will not allow you to update the key policy in the future");
        refused(
                () -> owner.createKey(request -> request.policy(policy)),
                "MalformedPolicyDocumentException",
                "in the future");
        owner.putKeyPolicy(request -> request.keyId(key).policy(policy).bypassPolicyLockoutSafetyCheck(true));
        refused(
                () -> owner.getKeyPolicy(request -> request.keyId(key)),
                "AccessDeniedException",
                "because no resource-based policy allows the kms:GetKeyPolicy action");
    }

    @Test
    void otherAccount_needsTheKeyPolicy() {
        String key = newKey();
        SdkBytes blob = encrypt(key);
        ThrowingCallable hostDecrypts =
                () -> host.decrypt(request -> request.ciphertextBlob(blob).encryptionContext(CONTEXT));

        refused(
                hostDecrypts,
                "AccessDeniedException",
                "User: arn:aws:sts::111122223333:assumed-role/enclave-host/local is not authorized to perform: "
                        + "kms:Decrypt on resource: " + arn(key)
                        + " because no resource-based policy allows the kms:Decrypt action");
        putPolicy(key, hostStatement("Allow", "kms:Decrypt"));
        assertThat(host.decrypt(request -> request.ciphertextBlob(blob).encryptionContext(CONTEXT))
                        .plaintext())
                .isEqualTo(SECRET);
        putPolicy(key, hostStatement("Allow", "kms:Decrypt"), hostStatement("Deny", "kms:*"));
        refused(hostDecrypts, "AccessDeniedException", "with an explicit deny in a resource-based policy");
    }

    @Test
    void policyOperations_areForTheOwnAccountAlone() {
        String key = newKey();
        putPolicy(key, hostStatement("Allow", "kms:*"));

        refused(
                () -> host.getKeyPolicy(request -> request.keyId(arn(key))),
                "AccessDeniedException",
                "another account");
        refused(
                () -> host.scheduleKeyDeletion(request -> request.keyId(arn(key))),
                "AccessDeniedException",
                "another account");
        assertThat(host.describeKey(request -> request.keyId(arn(key)))
                        .keyMetadata()
                        .awsAccountId())
                .isEqualTo("444455556666");
    }

    @Test
    void conditionOnContext_isEvaluated() {
        String key = newKey();
        putPolicy(
                key,
                hostStatement("Allow", "kms:Encrypt")
                        .replace(
                                "\"Resource\"",
                                "\"Condition\":{\"StringEquals\":{\"kms:EncryptionContext:application\":\"digits\"}},"
                                        + "\"Resource\""));

        assertThat(host.encrypt(request ->
                                request.keyId(arn(key)).plaintext(SECRET).encryptionContext(CONTEXT))
                        .keyId())
                .isEqualTo(arn(key));
        refused(
                () -> host.encrypt(request -> request.keyId(arn(key)).plaintext(SECRET)),
                "AccessDeniedException",
                "no resource-based policy allows the kms:Encrypt action");
    }

    @Test
    void dryRun_changesNothing() {
        String key = newKey();

        refused(
                () -> owner.generateDataKey(
                        request -> request.keyId(key).numberOfBytes(1).dryRun(true)),
                "DryRunOperationException",
                "would have succeeded");
    }

    @Test
    void unsupportedOperationMemberOrKind_isRefusedByName() {
        String key = newKey();

        refused(
                () -> owner.enableKeyRotation(request -> request.keyId(key)),
                "UnknownOperationException",
                "EnableKeyRotation");
        refused(
                () -> owner.createKey(request -> request.keySpec("RSA_2048").keyUsage("SIGN_VERIFY")),
                "UnsupportedOperationException",
                "symmetric");
        refused(
                () -> owner.createKey(request -> request.customKeyStoreId("a")),
                "ValidationException",
                "CustomKeyStoreId");
        refused(
                () -> owner.decrypt(request -> request.ciphertextBlob(SECRET).grantTokens("a")),
                "InvalidCiphertextException",
                "");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://localhost", "https://127.0.0.1"})
    void server_answersUnderEachOfItsNames(String name) throws Exception {
        URI endpoint = URI.create(name + ":" + cloud.endpoints().kms().getPort());
        try (KmsClient client = Clients.kms(cloud, Clients.credentials(cloud, Account.thirdParty()), endpoint)) {
            assertThat(client.generateRandom(request -> request.numberOfBytes(1))
                            .plaintext())
                    .isNotNull();
        }
    }

    @Test
    void wrongCredentials_areRefusedWithAwsErrors() throws Exception {
        TemporaryCredentials issued = cloud.credentials(Account.thirdParty());
        refusedCaller(
                AwsSessionCredentials.create(issued.accessKeyId(), "wrong", issued.sessionToken()),
                "InvalidSignatureException");
        refusedCaller(
                AwsSessionCredentials.create(issued.accessKeyId(), issued.secretAccessKey(), "wrong"),
                "UnrecognizedClientException");
        refusedCaller(
                AwsSessionCredentials.create("ASIAUNKNOWNUNKNOWN22", issued.secretAccessKey(), issued.sessionToken()),
                "UnrecognizedClientException");
        try (KmsClient client = Clients.kms(
                cloud,
                StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(issued.accessKeyId(), issued.secretAccessKey())),
                cloud.endpoints().kms())) {
            refused(client::listKeys, "UnrecognizedClientException", "security token");
        }
    }

    @Test
    void expiredCredentials_areRefused() {
        CLOCK.advance(Duration.ofHours(13));
        try {
            refused(owner::listKeys, "ExpiredTokenException", "expired");
        } finally {
            CLOCK.advance(Duration.ofHours(-13));
        }
    }

    @Test
    void audit_tellsWhoDidWhatAndNoSecret() throws Exception {
        String key = newKey();
        SdkBytes blob = encrypt(key);
        refused(() -> host.decrypt(request -> request.ciphertextBlob(blob)), "AccessDeniedException", "");
        List<String> lines = Files.readAllLines(cloud.auditFile()).stream()
                .filter(line -> line.contains(key))
                .toList();

        assertThat(lines)
                .anySatisfy(line -> assertThat(line)
                        .contains("\"eventName\":\"Encrypt\"", arn(key), "assumed-role/third-party/local")
                        .doesNotContain("errorCode"));
        assertThat(lines)
                .anySatisfy(line -> assertThat(line)
                        .contains(
                                "\"eventName\":\"Decrypt\"",
                                "AccessDeniedException",
                                "assumed-role/enclave-host/local"));
        assertThat(Files.readString(cloud.auditFile()))
                .doesNotContain(cloud.credentials(Account.host()).secretAccessKey())
                .doesNotContain(cloud.credentials(Account.host()).sessionToken())
                .doesNotContain("YSBzZWNyZXQ=")
                .doesNotContain("digits");
    }

    private static void refusedCaller(AwsSessionCredentials credentials, String error) throws Exception {
        try (KmsClient client = Clients.kms(
                cloud,
                StaticCredentialsProvider.create(credentials),
                cloud.endpoints().kms())) {
            refused(client::listKeys, error, "");
        }
    }

    private static String newKey() {
        return owner.createKey().keyMetadata().keyId();
    }

    private static String arn(String keyId) {
        return "arn:aws:kms:us-east-1:444455556666:key/" + keyId;
    }

    private static SdkBytes encrypt(String key) {
        return owner.encrypt(request -> request.keyId(key).plaintext(SECRET).encryptionContext(CONTEXT))
                .ciphertextBlob();
    }

    private static SdkBytes decrypt(SdkBytes blob) {
        return owner.decrypt(request -> request.ciphertextBlob(blob).encryptionContext(CONTEXT))
                .plaintext();
    }

    private static void putPolicy(String key, String... statements) {
        String policy = "{\"Version\":\"2012-10-17\",\"Statement\":["
                + "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"444455556666\"},\"Action\":\"kms:*\","
                + "\"Resource\":\"*\"}," + String.join(",", statements) + "]}";
        owner.putKeyPolicy(request -> request.keyId(key).policy(policy));
    }

    private static String hostStatement(String effect, String action) {
        return "{\"Effect\":\"" + effect + "\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/enclave-host\"},"
                + "\"Action\":\"" + action + "\",\"Resource\":\"*\"}";
    }

    private static void refused(ThrowingCallable call, String error, String text) {
        assertThatThrownBy(call).isInstanceOfSatisfying(KmsException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(error);
            assertThat(String.valueOf(e.awsErrorDetails().errorMessage())).contains(text);
        });
    }
}
