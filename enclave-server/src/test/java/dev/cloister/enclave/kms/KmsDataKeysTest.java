package dev.cloister.enclave.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cloister.attestation.cbor.CborException;
import dev.cloister.attestation.cbor.CborWriter;
import dev.cloister.attestation.nsm.Nsm;
import dev.cloister.attestation.nsm.NsmRequest;
import dev.cloister.enclave.config.Settings;
import dev.cloister.enclave.timing.Phases;
import dev.cloister.envelope.DataKey;
import dev.cloister.envelope.EncryptedDataKey;
import dev.cloister.protocol.channel.Address;
import dev.cloister.protocol.run.Credentials;
import dev.cloister.protocol.run.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAESOAEPparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.cms.CMSAlgorithm;
import org.bouncycastle.cms.CMSEnvelopedDataGenerator;
import org.bouncycastle.cms.CMSProcessableByteArray;
import org.bouncycastle.cms.jcajce.JceCMSContentEncryptorBuilder;
import org.bouncycastle.cms.jcajce.JceKeyTransRecipientInfoGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole way from a wrapped key to a data key, through TLS over a forwarder, and each way that it can fail. */
final class KmsDataKeysTest {
    private static final String HOST = "kms.eu-central-1.amazonaws.com";
    private static final Credentials CREDENTIALS = new Credentials("AKIDEXAMPLE", "secret", "token");
    private static final WrappedKey KEY = new WrappedKey(
            Optional.of("arn:aws:kms:eu-central-1:111122223333:key/12345678-1234-1234-1234-123456789012"),
            "eu-central-1",
            EncryptedDataKey.copyOf(new byte[] {1, 2, 3}),
            Map.of("cloister:application", "digits"));

    @TempDir
    private Path folder;

    private KmsServer server;
    private ParentForwarder forwarder;
    private KmsClients clients;
    private RecipientKeys recipientKeys;
    private KmsDataKeys keys;

    @BeforeEach
    void start() throws Exception {
        server = new KmsServer(HOST);
        forwarder = new ParentForwarder(forwarderAddress(), server.address());
        recipientKeys = new RecipientKeys(new SecureRandom());
        use(server.writeRoots(folder.resolve("roots.pem")), Set.of());
    }

    @AfterEach
    void stop() {
        clients.close();
        recipientKeys.close();
        forwarder.close();
        server.close();
    }

    private Address forwarderAddress() {
        return new Address.Unix(folder.resolve("parent-8001.sock"));
    }

    /** The endpoint is AWS's own; the roots are what an image may set. */
    private void use(Path roots) throws Exception {
        use(roots, Set.of());
    }

    private void use(Path roots, Set<String> egress) throws Exception {
        clients = new KmsClients(
                new Settings.Kms(Optional.empty(), Optional.of(roots), Optional.empty(), egress), forwarderAddress());
        keys = new KmsDataKeys(clients, new Nsm(KmsDataKeysTest::attest), recipientKeys);
    }

    /** A security module whose document is the public key and nothing else. */
    private static byte[] attest(byte[] request) throws IOException {
        try {
            NsmRequest.Attestation attestation = (NsmRequest.Attestation) NsmRequest.decode(request);
            return new CborWriter()
                    .map(1)
                    .text("Attestation")
                    .map(1)
                    .text("document")
                    .bytes(java.util.Objects.requireNonNull(attestation.publicKey()))
                    .toByteArray();
        } catch (CborException e) {
            throw new IOException(e);
        }
    }

    private DataKey unwrap() throws KeyRefusedException {
        return keys.unwrap(KEY, CREDENTIALS, new Phases(System::nanoTime));
    }

    private KeyRefusedException refusal() {
        return catchThrowableOfType(KeyRefusedException.class, () -> unwrap().close());
    }

    @Test
    void dataKey_comesBackForTheAttestedKeyPair() throws Exception {
        byte[] secret = new byte[32];
        new SecureRandom().nextBytes(secret);
        server.answer(request -> wrapped(request, secret));
        try (DataKey key = unwrap()) {
            assertThat(key.exposeSecretBytes()).isEqualTo(secret);
        }
        assertThat(server.requests().getFirst())
                .contains("\"KeyId\":\"arn:aws:kms:eu-central-1:111122223333:key/")
                .contains("\"EncryptionContext\":{\"cloister:application\":\"digits\"}")
                .contains("\"CiphertextBlob\":\"AQID\"")
                .contains("\"KeyEncryptionAlgorithm\":\"RSAES_OAEP_SHA_256\"");
        assertThat(server.authorizations().getFirst())
                .contains("Credential=AKIDEXAMPLE/")
                .contains("/eu-central-1/kms/aws4_request");
    }

    @Test
    void everyCall_hasAKeyPairOfItsOwnAndTheConnectionIsUsedAgain() throws Exception {
        server.answer(request -> wrapped(request, new byte[32]));
        Set<String> documents = new HashSet<>();
        for (int i = 0; i < 3; i++) {
            unwrap().close();
            documents.add(document(server.requests().get(i)));
        }
        assertThat(documents).hasSize(3);
        assertThat(forwarder.connections()).isEqualTo(1);
    }

    @Test
    void hostThatIsNotInTheEgressList_isNotConnectedTo() throws Exception {
        server.answer(request -> wrapped(request, new byte[32]));
        clients.close();
        use(server.writeRoots(folder.resolve("again.pem")), Set.of("kms.eu-west-1.amazonaws.com"));
        assertThat(refusal().reason()).isEqualTo(Refusal.KMS_UNREACHABLE);
        assertThat(forwarder.connections()).isZero();
        clients.close();
        use(server.writeRoots(folder.resolve("third.pem")), Set.of(HOST));
        unwrap().close();
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void packageOfTheSample_namesNeitherKeyNorContext() throws Exception {
        server.answer(request -> wrapped(request, new byte[32]));
        WrappedKey sample = new WrappedKey(Optional.empty(), "eu-central-1", KEY.encryptedDataKey(), Map.of());
        keys.unwrap(sample, CREDENTIALS, new Phases(System::nanoTime)).close();
        assertThat(server.requests().getFirst()).doesNotContain("KeyId").doesNotContain("EncryptionContext");
    }

    @ParameterizedTest
    @CsvSource({
        "AccessDeniedException, not authorized, KEY_ACCESS_DENIED",
        "NotFoundException, no key, KEY_ACCESS_DENIED",
        "DisabledException, disabled, KEY_ACCESS_DENIED",
        "KMSInvalidStateException, pending deletion, KEY_ACCESS_DENIED",
        "ExpiredTokenException, expired, CREDENTIALS_REJECTED",
        "UnrecognizedClientException, unknown, CREDENTIALS_REJECTED",
        "InvalidSignatureException, wrong, CREDENTIALS_REJECTED",
        "InvalidCiphertextException, , PACKAGE_NOT_AUTHENTIC",
        "IncorrectKeyException, other, PACKAGE_NOT_AUTHENTIC",
        "ValidationException, the attestation document is too old, ATTESTATION_REJECTED",
        "ValidationException, 1 validation error, KMS_FAILED",
        "LimitExceededException, too many, KMS_FAILED",
        "com.amazonaws.kms#AccessDeniedException, prefixed, KEY_ACCESS_DENIED"
    })
    void errorOfKms_hasItsMeaning(String type, String message, Refusal refusal) {
        server.answer(request -> KmsServer.Answer.error(type, message == null ? "" : message));
        assertThat(refusal().reason()).isEqualTo(refusal);
    }

    @Test
    void accessDenied_quotesKmsOnOneLine() {
        server.answer(request -> KmsServer.Answer.error("AccessDeniedException", "User: x is\\nnot authorized"));
        assertThat(refusal()).hasMessage("kms denies this enclave the package's key: User: x is not authorized");
    }

    @Test
    void plaintextInTheAnswer_isRefused() {
        server.answer(request -> new KmsServer.Answer(
                200, "{\"Plaintext\":\"" + Base64.getEncoder().encodeToString(new byte[32]) + "\"}"));
        assertThat(refusal().reason()).isEqualTo(Refusal.KMS_FAILED);
        assertThat(refusal()).hasMessageContaining("plaintext");
    }

    @Test
    void answerWithoutAKey_isRefused() {
        server.answer(request -> new KmsServer.Answer(200, "{}"));
        assertThat(refusal().reason()).isEqualTo(Refusal.KMS_FAILED);
    }

    @Test
    void keyForSomebodyElse_isRefused() {
        server.answer(request -> new KmsServer.Answer(200, "{\"CiphertextForRecipient\":\"AAAA\"}"));
        assertThat(refusal().reason()).isEqualTo(Refusal.KMS_FAILED);
    }

    @Test
    void keyOfAnotherLength_isRefused() {
        server.answer(request -> wrapped(request, new byte[16]));
        assertThat(refusal().reason()).isEqualTo(Refusal.KMS_FAILED);
    }

    @Test
    void answerThatIsNotJson_isRefused() {
        server.answer(request -> new KmsServer.Answer(200, "<html>"));
        assertThat(refusal().reason()).isEqualTo(Refusal.KMS_FAILED);
    }

    @Test
    void noForwarder_isNamed() {
        forwarder.close();
        KeyRefusedException refusal = refusal();
        assertThat(refusal.reason()).isEqualTo(Refusal.KMS_UNREACHABLE);
        assertThat(refusal).hasMessage("no proxy for kms answers on the parent instance");
    }

    @Test
    void forwarderThatReachesNothing_isNamed() throws Exception {
        forwarder.close();
        forwarder = new ParentForwarder(forwarderAddress(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
        KeyRefusedException refusal = refusal();
        assertThat(refusal.reason()).isEqualTo(Refusal.KMS_UNREACHABLE);
        assertThat(refusal).hasMessage("the parent's proxy is there, but it does not reach kms");
    }

    @Test
    void serverOfAnotherName_isRefused() throws Exception {
        forwarder.close();
        try (KmsServer other = new KmsServer("kms.evil.example")) {
            clients.close();
            forwarder = new ParentForwarder(forwarderAddress(), other.address());
            use(other.writeRoots(folder.resolve("other.pem")));
            KeyRefusedException refusal = refusal();
            assertThat(refusal.reason()).isEqualTo(Refusal.KMS_UNREACHABLE);
            assertThat(refusal).hasMessageContaining("tls");
            assertThat(other.requests()).isEmpty();
        }
    }

    @Test
    void serverOfAnUntrustedRoot_isRefused() throws Exception {
        forwarder.close();
        try (KmsServer impostor = new KmsServer(HOST)) {
            forwarder = new ParentForwarder(forwarderAddress(), impostor.address());
            assertThat(refusal()).hasMessageContaining("tls");
            assertThat(impostor.requests()).isEmpty();
        }
    }

    @Test
    void securityModuleThatRefuses_isNamed() throws Exception {
        keys = new KmsDataKeys(
                clients,
                new Nsm(request -> new CborWriter()
                        .map(1)
                        .text("Error")
                        .text("InvalidOperation")
                        .toByteArray()),
                recipientKeys);
        assertThat(refusal().reason()).isEqualTo(Refusal.ATTESTATION_REJECTED);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void warmUp_needsNoNetwork() throws Exception {
        forwarder.close();
        WarmUp.run(clients, new Nsm(KmsDataKeysTest::attest), recipientKeys);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void rootsWithoutACertificate_areRefused() throws IOException {
        Path empty = Files.createFile(folder.resolve("empty.pem"));
        assertThat(catchThrowableOfType(IOException.class, () -> TrustRoots.of(Optional.of(empty))))
                .hasMessageContaining("holds no certificate");
    }

    private static String document(String request) {
        Matcher matcher =
                Pattern.compile("\"AttestationDocument\":\"([^\"]+)\"").matcher(request);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }

    /** Encrypts for the recipient in the request as KMS does. */
    private static KmsServer.Answer wrapped(String request, byte[] secret) {
        try {
            PublicKey recipient = KeyFactory.getInstance("RSA")
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(document(request))));
            AlgorithmIdentifier sha256 = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
            AlgorithmIdentifier oaep = new AlgorithmIdentifier(
                    PKCSObjectIdentifiers.id_RSAES_OAEP,
                    new RSAESOAEPparams(
                            sha256,
                            new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, sha256),
                            RSAESOAEPparams.DEFAULT_P_SOURCE_ALGORITHM));
            CMSEnvelopedDataGenerator generator = new CMSEnvelopedDataGenerator();
            generator.addRecipientInfoGenerator(new JceKeyTransRecipientInfoGenerator(new byte[32], oaep, recipient));
            byte[] cms = generator
                    .generate(
                            new CMSProcessableByteArray(secret),
                            new JceCMSContentEncryptorBuilder(CMSAlgorithm.AES256_CBC).build())
                    .getEncoded();
            return new KmsServer.Answer(
                    200, "{\"CiphertextForRecipient\":\"" + Base64.getEncoder().encodeToString(cms) + "\"}");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
