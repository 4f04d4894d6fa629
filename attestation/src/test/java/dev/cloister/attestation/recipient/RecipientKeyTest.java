package dev.cloister.attestation.recipient;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.attestation.Allocation;
import dev.cloister.attestation.Mutations;
import dev.cloister.attestation.Vectors;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.oiw.OIWObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAESOAEPparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RecipientKeyTest {
    private static final byte[] SECRET = "thirty-two bytes of a data key..".getBytes(UTF_8);
    private static final AlgorithmIdentifier SHA1 =
            new AlgorithmIdentifier(OIWObjectIdentifiers.idSHA1, DERNull.INSTANCE);

    @Test
    void ownVector_isOpened() throws Exception {
        byte[] wrapped = Vectors.own("recipient/wrapped.ber");
        assertThat(open(keyPair().getPrivate(), wrapped)).isEqualTo(SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"synthetic-1-octets", "synthetic-3-chunks"})
    void capturedLayout_isOpened(String name) throws Exception {
        byte[] pem = Vectors.captured("cms/synthetic-rsa-key.pem");
        byte[] pkcs8 = Base64.getMimeDecoder().decode(new String(pem, US_ASCII).replaceAll("-----[A-Z ]+-----", ""));
        PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
        assertThat(open(key, Vectors.captured("cms/" + name + ".ber")))
                .isEqualTo(Vectors.captured("cms/" + name + ".plaintext"));
    }

    @Test
    void envelopeOfKms_isParsed() throws Exception {
        RecipientEnvelope envelope = RecipientEnvelope.parse(Vectors.captured("cms/kms-enveloped-1.ber"));
        assertThat(envelope.wrappedKey().length()).isEqualTo(256);
        assertThat(envelope.content().length()).isEqualTo(48);
    }

    @Test
    void freshKey_opensWhatIsSealedForItsPublicKey() throws Exception {
        try (RecipientKey key = RecipientKey.generate(new SecureRandom())) {
            PublicKey publicKey = KeyFactory.getInstance("RSA")
                    .generatePublic(new X509EncodedKeySpec(key.publicKey().toArray()));
            byte[] sealed = new Envelopes(new KeyPair(publicKey, null)).seal(SECRET);
            assertThat(key.unwrap(sealed)).isEqualTo(SECRET);
        }
    }

    @Test
    void keyClosed_opensNothing() throws Exception {
        RecipientKey key = RecipientKey.generate(new SecureRandom());
        key.close();
        key.close();
        byte[] wrapped = Vectors.own("recipient/wrapped.ber");
        assertThatThrownBy(() -> key.unwrap(wrapped)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void anotherKey_opensNothing() throws Exception {
        byte[] wrapped = Vectors.own("recipient/wrapped.ber");
        try (RecipientKey key = RecipientKey.generate(new SecureRandom())) {
            refused(() -> key.unwrap(wrapped));
            refused(() -> key.unwrap(Arrays.copyOf(wrapped, RecipientKey.MAX_CIPHERTEXT + 1)));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 17, 31, 32, 33, 2500})
    void anyLengthInEitherForm_isOpened(int length) throws Exception {
        byte[] plaintext = new byte[length];
        new Random(length).nextBytes(plaintext);
        Envelopes chunks = new Envelopes(keyPair());
        Envelopes primitive = new Envelopes(keyPair());
        primitive.primitiveContent = true;
        assertThat(open(keyPair().getPrivate(), chunks.seal(plaintext))).isEqualTo(plaintext);
        assertThat(open(keyPair().getPrivate(), primitive.seal(plaintext))).isEqualTo(plaintext);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void otherEnvelope_isRefused(String what, Consumer<Envelopes> change) throws Exception {
        Envelopes envelopes = new Envelopes(keyPair());
        change.accept(envelopes);
        byte[] sealed = envelopes.seal(SECRET);
        refused(() -> open(keyPair().getPrivate(), sealed));
    }

    static Stream<Arguments> otherEnvelope_isRefused() {
        return Stream.of(
                other("type", e -> e.type = CMSObjectIdentifiers.signedData),
                other("content type", e -> e.contentType = CMSObjectIdentifiers.signedData),
                other("no recipient", e -> e.recipients = 0),
                other("two recipients", e -> e.recipients = 2),
                other("AES-128", e -> e.cipher = NISTObjectIdentifiers.id_aes128_CBC),
                other("AES-GCM", e -> e.cipher = NISTObjectIdentifiers.id_aes256_GCM),
                other("PKCS#1 v1.5", e -> e.keyTransport = PKCSObjectIdentifiers.rsaEncryption),
                other("hash named SHA-1", e -> e.hash = SHA1),
                other("mask named SHA-1", e -> e.mask = new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, SHA1)),
                other("mask of another kind", e -> e.mask = SHA1),
                other("a label", e -> e.label = label(new byte[1])),
                other("MGF1 with SHA-1", e -> e.padding = mgf1WithSha1()),
                other("content key of 16 bytes", e -> e.contentKey = new byte[16]),
                other("IV of 15 bytes", e -> e.ivLength = 15),
                other("no content", e -> e.content = new byte[0]),
                other("part of a block", e -> e.content = new byte[17]),
                other("wrong padding", e -> e.content = new byte[32]));
    }

    @Test
    void hashNamedByDefault_isRefused() throws Exception {
        Envelopes envelopes = new Envelopes(keyPair());
        envelopes.hash = RSAESOAEPparams.DEFAULT_HASH_ALGORITHM;
        envelopes.mask = RSAESOAEPparams.DEFAULT_MASK_GEN_FUNCTION;
        byte[] sealed = envelopes.seal(SECRET);
        refused(() -> open(keyPair().getPrivate(), sealed));
    }

    @Test
    void cutOrLongerEnvelope_isRefused() throws Exception {
        byte[] wrapped = Vectors.own("recipient/wrapped.ber");
        for (int length = 0; length < wrapped.length; length++) {
            byte[] cut = Arrays.copyOf(wrapped, length);
            refused(() -> RecipientEnvelope.parse(cut));
        }
        refused(() -> RecipientEnvelope.parse(Arrays.copyOf(wrapped, wrapped.length + 1)));
    }

    @Test
    void deepNesting_isRefused() {
        byte[] deep = new byte[RecipientKey.MAX_CIPHERTEXT];
        for (int i = 0; i < deep.length; i += 2) {
            deep[i] = 0x30;
            deep[i + 1] = (byte) 0x80;
        }
        refused(() -> RecipientEnvelope.parse(deep));
    }

    @Test
    void mutatedEnvelope_isParsedOrRefusedWithinBounds() throws Exception {
        byte[] wrapped = Vectors.own("recipient/wrapped.ber");
        RandomGenerator random = new Random(20260106);
        for (int round = 0; round < 30_000; round++) {
            byte[] mutated = Mutations.mutated(wrapped, random);
            long allocated = Allocation.of(() -> parseOrRefuse(mutated));
            assertThat(allocated).isLessThan(1 << 20);
        }
    }

    @Test
    void mutatedEnvelope_isOpenedOrRefused() throws Exception {
        byte[] wrapped = Vectors.own("recipient/wrapped.ber");
        PrivateKey key = keyPair().getPrivate();
        RandomGenerator random = new Random(20260107);
        for (int round = 0; round < 1_000; round++) {
            openOrRefuse(key, Mutations.mutated(wrapped, random));
        }
    }

    @SuppressWarnings("EmptyCatch") // Refusing is one of the two right outcomes.
    private static void parseOrRefuse(byte[] input) {
        try {
            RecipientEnvelope.parse(input);
        } catch (RecipientException refused) {
        }
    }

    @SuppressWarnings("EmptyCatch") // The envelope protects no integrity, so a change may also go unnoticed here.
    private static void openOrRefuse(PrivateKey key, byte[] input) {
        try {
            open(key, input);
        } catch (RecipientException refused) {
        }
    }

    private static byte[] open(PrivateKey key, byte[] encoded) throws RecipientException {
        return RecipientKey.open(key, RecipientEnvelope.parse(encoded));
    }

    private static KeyPair keyPair() throws Exception {
        KeyFactory factory = KeyFactory.getInstance("RSA");
        RSAPrivateCrtKey key = (RSAPrivateCrtKey)
                factory.generatePrivate(new PKCS8EncodedKeySpec(Vectors.own("recipient/rsa-key.pkcs8")));
        PublicKey publicKey = factory.generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
        return new KeyPair(publicKey, key);
    }

    private static AlgorithmIdentifier label(byte[] value) {
        return new AlgorithmIdentifier(PKCSObjectIdentifiers.id_pSpecified, new DEROctetString(value));
    }

    private static OAEPParameterSpec mgf1WithSha1() {
        return new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA1, PSource.PSpecified.DEFAULT);
    }

    private static Arguments other(String what, Consumer<Envelopes> change) {
        return Arguments.of(what, change);
    }

    private static void refused(ThrowingCallable opening) {
        assertThatThrownBy(opening)
                .isInstanceOf(RecipientException.class)
                .hasMessage("the ciphertext for the recipient cannot be opened")
                .hasNoCause();
    }
}
