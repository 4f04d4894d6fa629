package dev.cloister.local.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.nsm.Nsm;
import dev.cloister.attestation.recipient.RecipientKey;
import dev.cloister.local.AdjustableClock;
import dev.cloister.local.Clients;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.account.Account;
import dev.cloister.local.nsm.LocalAttestationAuthority;
import dev.cloister.local.nsm.LocalNsm;
import dev.cloister.local.policy.InitialKeyPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.DecryptResponse;
import software.amazon.awssdk.services.kms.model.GenerateDataKeyResponse;
import software.amazon.awssdk.services.kms.model.GenerateRandomResponse;
import software.amazon.awssdk.services.kms.model.KmsException;
import software.amazon.awssdk.services.kms.model.RecipientInfo;

/** Requests for enclaves: real documents of the local security module, the production verifier, real key policies. */
class AttestedRecipientTest {
    private static final Bytes IMAGE = Bytes.ofHex("ab".repeat(48));
    private static final Bytes OTHER_IMAGE = Bytes.ofHex("ac".repeat(48));
    private static final Bytes ROLE = Bytes.ofHex("03".repeat(48));
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final AdjustableClock CLOCK = new AdjustableClock();
    private static final Map<String, String> CONTEXT = Map.of("application", "digits");

    @TempDir
    private static Path state;

    private static LocalCloud cloud;
    private static KmsClient owner;
    private static KmsClient host;
    private static RecipientKey enclaveKey;
    private static String key;
    private static GenerateDataKeyResponse dataKey;

    @BeforeAll
    static void makeDataKeyUnderPinnedKey() throws Exception {
        cloud = LocalCloud.start(state, LocalCloudOptions.inRegion("eu-central-1"), CLOCK);
        owner = Clients.kms(cloud, Account.thirdParty());
        host = Clients.kms(cloud, Account.host());
        enclaveKey = RecipientKey.generate(RANDOM);
        String initial = InitialKeyPolicy.of(Account.thirdParty().id());
        key = owner.createKey(request -> request.policy(initial)).keyMetadata().arn();
        dataKey = owner.generateDataKey(
                request -> request.keyId(key).numberOfBytes(32).encryptionContext(CONTEXT));
        refused(() -> decrypt(recipient(IMAGE)), "AccessDeniedException", "explicit deny in a resource-based policy");
        pin(IMAGE);
    }

    @AfterAll
    static void stop() throws Exception {
        enclaveKey.close();
        owner.close();
        host.close();
        cloud.close();
    }

    @Test
    void pinnedImage_getsTheDataKeyWrappedAndNothingElse() throws Exception {
        DecryptResponse answer = decrypt(recipient(IMAGE));

        assertThat(answer.plaintext()).isNull();
        assertThat(answer.keyId()).isEqualTo(key);
        assertThat(enclaveKey.unwrap(answer.ciphertextForRecipient().asByteArray()))
                .isEqualTo(dataKey.plaintext().asByteArray());
        assertThat(Files.readString(cloud.auditFile()))
                .contains("\"attestationDocumentEnclaveImageDigest\":\"abababababababab\"");
    }

    @Test
    void otherImage_isDenied() {
        refused(() -> decrypt(recipient(OTHER_IMAGE)), "AccessDeniedException", "kms:Decrypt on resource: " + key);
    }

    @Test
    void debugEnclave_isDenied() {
        refused(() -> decrypt(recipient(Bytes.copyOf(new byte[48]))), "AccessDeniedException", "explicit deny");
    }

    @Test
    void sameCredentialsWithoutRecipient_areDenied() {
        ThrowingCallable parent = () -> host.decrypt(
                request -> request.ciphertextBlob(dataKey.ciphertextBlob()).encryptionContext(CONTEXT));

        refused(parent, "AccessDeniedException", "explicit deny in a resource-based policy");
    }

    @Test
    void ownersAccountWithoutRecipient_isDenied() {
        ThrowingCallable administrator = () -> owner.decrypt(
                request -> request.ciphertextBlob(dataKey.ciphertextBlob()).encryptionContext(CONTEXT));

        refused(administrator, "AccessDeniedException", "explicit deny in a resource-based policy");
    }

    @Test
    void otherContext_isInvalidCiphertext() throws Exception {
        RecipientInfo recipient = recipient(IMAGE);

        refused(
                () -> host.decrypt(request ->
                        request.ciphertextBlob(dataKey.ciphertextBlob()).recipient(recipient)),
                "InvalidCiphertextException",
                "");
    }

    @Test
    void freshDocument_expiresAfterFiveMinutes() throws Exception {
        RecipientInfo recipient = recipient(IMAGE);
        CLOCK.advance(Duration.ofMinutes(5).plusSeconds(5));
        try {
            refused(() -> decrypt(recipient), "ValidationException", "300 s old");
        } finally {
            CLOCK.advance(Duration.ofMinutes(-5).minusSeconds(5));
        }
    }

    @Test
    void documentOfAnotherRoot_isRefused() throws Exception {
        LocalAttestationAuthority stranger = LocalAttestationAuthority.create(CLOCK.instant(), RANDOM);

        refused(
                () -> decrypt(recipient(document(stranger, IMAGE, enclaveKey.publicKey()))),
                "ValidationException",
                "attestation document refused");
    }

    @Test
    void changedDocument_isRefused() throws Exception {
        byte[] document = document(cloud.attestationAuthority(), IMAGE, enclaveKey.publicKey());
        document[document.length - 1] ^= 1;
        refused(() -> decrypt(recipient(document)), "ValidationException", "signature");
        refused(() -> decrypt(recipient(new byte[] {1, 2, 3})), "ValidationException", "attestation document refused");
    }

    @Test
    void documentWithoutUsableKey_isRefused() throws Exception {
        byte[] noKey = document(cloud.attestationAuthority(), IMAGE, null);
        byte[] noRsaKey = document(cloud.attestationAuthority(), IMAGE, Bytes.copyOf(new byte[] {1, 2, 3}));

        refused(() -> decrypt(recipient(noKey)), "ValidationException", "carries no public key");
        refused(() -> decrypt(recipient(noRsaKey)), "ValidationException", "not an RSA key of 2048 bits");
    }

    @Test
    void otherKeyEncryptionAlgorithm_isRefused() throws Exception {
        RecipientInfo recipient = recipient(IMAGE).toBuilder()
                .keyEncryptionAlgorithm("RSAES_OAEP_SHA_1")
                .build();

        refused(() -> decrypt(recipient), "ValidationException", "RSAES_OAEP_SHA_256");
    }

    @Test
    void dataKeyAndRandomBytesForARecipient_areWrapped() throws Exception {
        GenerateDataKeyResponse made = owner.generateDataKey(
                request -> request.keyId(key).numberOfBytes(32).recipient(unchecked(IMAGE)));
        GenerateRandomResponse random =
                owner.generateRandom(request -> request.numberOfBytes(5).recipient(unchecked(IMAGE)));
        byte[] unwrapped = enclaveKey.unwrap(made.ciphertextForRecipient().asByteArray());
        DecryptResponse again = host.decrypt(
                request -> request.ciphertextBlob(made.ciphertextBlob()).recipient(unchecked(IMAGE)));

        assertThat(made.plaintext()).isNull();
        assertThat(random.plaintext()).isNull();
        assertThat(enclaveKey.unwrap(random.ciphertextForRecipient().asByteArray()))
                .hasSize(5);
        assertThat(enclaveKey.unwrap(again.ciphertextForRecipient().asByteArray()))
                .isEqualTo(unwrapped);
    }

    @Test
    void conditionOnAnotherRegister_isEvaluated() throws Exception {
        String second = owner.createKey().keyMetadata().arn();
        SdkBytes blob = owner.encrypt(request -> request.keyId(second).plaintext(SdkBytes.fromUtf8String("x")))
                .ciphertextBlob();
        putPolicy(second, allowHost("\"kms:RecipientAttestation:PCR3\":\"" + ROLE.hex() + "\""));
        host.decrypt(request -> request.ciphertextBlob(blob).recipient(unchecked(OTHER_IMAGE)));
        putPolicy(second, allowHost("\"kms:RecipientAttestation:PCR4\":\"" + ROLE.hex() + "\""));

        refused(
                () -> host.decrypt(request -> request.ciphertextBlob(blob).recipient(unchecked(OTHER_IMAGE))),
                "AccessDeniedException",
                "because no resource-based policy allows the kms:Decrypt action");
    }

    private static DecryptResponse decrypt(RecipientInfo recipient) {
        return host.decrypt(request -> request.ciphertextBlob(dataKey.ciphertextBlob())
                .encryptionContext(CONTEXT)
                .recipient(recipient));
    }

    /** For lambdas that may not throw. */
    private static RecipientInfo unchecked(Bytes image) {
        try {
            return recipient(image);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static RecipientInfo recipient(Bytes image) throws Exception {
        return recipient(document(cloud.attestationAuthority(), image, enclaveKey.publicKey()));
    }

    private static RecipientInfo recipient(byte[] document) {
        return RecipientInfo.builder()
                .keyEncryptionAlgorithm(RecipientKey.KEY_ENCRYPTION_ALGORITHM)
                .attestationDocument(SdkBytes.fromByteArray(document))
                .build();
    }

    private static byte[] document(LocalAttestationAuthority authority, Bytes image, @Nullable Bytes publicKey)
            throws Exception {
        InstantSource clock = InstantSource.system();
        LocalNsm module = new LocalNsm(
                "i-0123456789abcdef0-enc0123456789abcde", Map.of(0, image, 3, ROLE), authority, clock, RANDOM);
        return new Nsm(module).attest(publicKey, null, null).toArray();
    }

    /** As the third party pins an image: an Allow for the host, and a condition on the Deny. */
    private static void pin(Bytes image) {
        // Upper case, as IgnoreCase has to cope with it.
        String measured =
                "\"kms:RecipientAttestation:ImageSha384\":[\"" + image.hex().toUpperCase(Locale.ROOT) + "\"]";
        putPolicy(
                key,
                allowHost(measured)
                        + ",{\"Effect\":\"Deny\",\"Principal\":\"*\",\"Action\":[\"kms:Decrypt\"],\"Resource\":\"*\","
                        + "\"Condition\":{\"StringNotEqualsIgnoreCase\":{" + measured + "}}}");
    }

    private static String allowHost(String condition) {
        return "{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111122223333:role/enclave-host\"},"
                + "\"Action\":\"kms:Decrypt\",\"Resource\":\"*\",\"Condition\":{\"StringEqualsIgnoreCase\":{"
                + condition + "}}}";
    }

    private static void putPolicy(String keyArn, String statements) {
        String policy = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":"
                + "{\"AWS\":\"arn:aws:iam::444455556666:root\"},\"Action\":\"kms:*\",\"Resource\":\"*\"}," + statements
                + "]}";
        owner.putKeyPolicy(request -> request.keyId(keyArn).policy(policy));
    }

    private static void refused(ThrowingCallable call, String error, String text) {
        assertThatThrownBy(call).isInstanceOfSatisfying(KmsException.class, e -> {
            assertThat(e.awsErrorDetails().errorCode()).isEqualTo(error);
            assertThat(String.valueOf(e.awsErrorDetails().errorMessage())).contains(text);
        });
    }
}
