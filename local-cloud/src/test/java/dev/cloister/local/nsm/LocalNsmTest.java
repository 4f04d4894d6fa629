package dev.cloister.local.nsm;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.cbor.CborException;
import dev.cloister.attestation.document.AttestationDocument;
import dev.cloister.attestation.document.AttestationPolicy;
import dev.cloister.attestation.document.AttestationVerifier;
import dev.cloister.attestation.document.Pcrs;
import dev.cloister.attestation.document.VerifiedAttestation;
import dev.cloister.attestation.nsm.Nsm;
import dev.cloister.attestation.nsm.NsmError;
import dev.cloister.attestation.nsm.NsmRequest;
import dev.cloister.attestation.nsm.NsmResponse;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LocalNsmTest {
    private static final String MODULE_ID = "i-0123456789abcdef0-enc0123456789abcdef";
    private static final Bytes IMAGE = Bytes.ofHex("11".repeat(48));
    private static final Bytes DATA = Bytes.copyOf("abc".getBytes(UTF_8));
    private static final Bytes ZERO = Bytes.copyOf(new byte[48]);
    private static final int FREE = 16;

    private final SecureRandom random = new SecureRandom();
    private Instant now = Instant.parse("2026-01-01T12:00:00.999Z");
    private final LocalAttestationAuthority authority = LocalAttestationAuthority.create(now, random);
    private final LocalNsm module = new LocalNsm(MODULE_ID, Map.of(0, IMAGE), authority, () -> now, random);
    private final Nsm nsm = new Nsm(module);

    @Test
    void document_isAcceptedByTheVerifier() throws Exception {
        VerifiedAttestation verified = attest();
        assertThat(verified.moduleId()).isEqualTo(MODULE_ID);
        assertThat(verified.timestamp()).isEqualTo(now);
        assertThat(verified.publicKey()).contains(Bytes.ofHex("01"));
        assertThat(verified.nonce()).contains(Bytes.ofHex("02"));
        assertThat(verified.userData()).contains(Bytes.ofHex("03"));
        assertThat(verified.pcrs().values()).hasSize(16);
    }

    @Test
    void leaf_isKeptForTwoHoursThenRenewed() throws Exception {
        Bytes first = leaf();
        now = now.plus(Duration.ofMinutes(119));
        assertThat(leaf()).isEqualTo(first);
        now = now.plus(Duration.ofMinutes(1));
        assertThat(leaf()).isNotEqualTo(first);
        now = now.plus(Duration.ofDays(30));
        attest();
    }

    @Test
    void lockedRegisters_areListed() throws Exception {
        exchange(new NsmRequest.ExtendPcr(FREE, DATA));
        assertThat(attest().pcrs().get(FREE)).isEmpty();
        exchange(new NsmRequest.LockPcr(FREE));
        assertThat(attest().pcrs().get(FREE)).contains(extended(ZERO));
        exchange(new NsmRequest.LockPcrs(32));
        Pcrs all = attest().pcrs();
        assertThat(all.values()).hasSize(32).containsEntry(31, ZERO);
    }

    @Test
    void description_namesModuleAndLocks() throws Exception {
        NsmResponse.DescribeNsm description = nsm.describe();
        assertThat(description.moduleId()).isEqualTo(MODULE_ID);
        assertThat(description.maxPcrs()).isEqualTo(32);
        assertThat(description.digest()).isEqualTo("SHA384");
        assertThat(description.lockedPcrs())
                .isEqualTo(IntStream.range(0, 16).boxed().toList());
    }

    @Test
    void registers_startAsMeasuredOrZero() throws Exception {
        assertThat(nsm.pcr(0)).isEqualTo(new NsmResponse.DescribePcr(true, IMAGE));
        assertThat(nsm.pcr(15)).isEqualTo(new NsmResponse.DescribePcr(true, ZERO));
        assertThat(nsm.pcr(FREE)).isEqualTo(new NsmResponse.DescribePcr(false, ZERO));
    }

    @Test
    void extend_hashesOldValueAndData() throws Exception {
        Bytes once = extended(ZERO);
        assertThat(exchange(new NsmRequest.ExtendPcr(FREE, DATA))).isEqualTo(new NsmResponse.ExtendPcr(once));
        assertThat(exchange(new NsmRequest.ExtendPcr(FREE, DATA))).isEqualTo(new NsmResponse.ExtendPcr(extended(once)));
        assertThat(nsm.pcr(FREE).value()).isEqualTo(extended(once));
    }

    @Test
    void lockedRegister_isReadOnly() throws Exception {
        failed(NsmError.READ_ONLY_INDEX, new NsmRequest.ExtendPcr(0, DATA));
        failed(NsmError.READ_ONLY_INDEX, new NsmRequest.LockPcr(0));
        assertThat(exchange(new NsmRequest.LockPcr(FREE))).isEqualTo(new NsmResponse.LockPcr());
        failed(NsmError.READ_ONLY_INDEX, new NsmRequest.ExtendPcr(FREE, DATA));
        failed(NsmError.READ_ONLY_INDEX, new NsmRequest.LockPcr(FREE));
    }

    @Test
    void rangeOfLocks_mayCoverLockedOnes() throws Exception {
        assertThat(exchange(new NsmRequest.LockPcrs(32))).isEqualTo(new NsmResponse.LockPcrs());
        assertThat(exchange(new NsmRequest.LockPcrs(32))).isEqualTo(new NsmResponse.LockPcrs());
        assertThat(nsm.describe().lockedPcrs()).hasSize(32);
        failed(NsmError.INVALID_INDEX, new NsmRequest.LockPcrs(33));
    }

    @Test
    void registerThatDoesNotExist_isAnInvalidIndex() throws Exception {
        failed(NsmError.INVALID_INDEX, new NsmRequest.DescribePcr(32));
        failed(NsmError.INVALID_INDEX, new NsmRequest.ExtendPcr(32, DATA));
        failed(NsmError.INVALID_INDEX, new NsmRequest.LockPcr(65_535));
    }

    @Test
    void random_differsEachTime() throws Exception {
        assertThat(nsm.random().length()).isEqualTo(256);
        assertThat(nsm.random()).isNotEqualTo(nsm.random());
    }

    @Test
    void longestFields_areAttested() throws Exception {
        Bytes longest = Bytes.copyOf(new byte[1024]);
        assertThat(exchange(new NsmRequest.Attestation(longest, longest, longest)))
                .isInstanceOf(NsmResponse.Attestation.class);
    }

    @Test
    void fieldsTooLongOrEmpty_areRefused() throws Exception {
        Bytes tooLong = Bytes.copyOf(new byte[1025]);
        failed(NsmError.INPUT_TOO_LARGE, attestation(tooLong, null, null));
        failed(NsmError.INPUT_TOO_LARGE, attestation(null, tooLong, null));
        failed(NsmError.INPUT_TOO_LARGE, attestation(null, null, tooLong));
        failed(NsmError.INVALID_ARGUMENT, attestation(null, null, Bytes.ofHex("")));
    }

    @Test
    void malformedOrLongRequest_isAnsweredWithAnError() throws Exception {
        assertThat(NsmResponse.decode(module.exchange(new byte[] {(byte) 0xFF})))
                .isEqualTo(new NsmResponse.Failure(NsmError.INVALID_OPERATION));
        assertThat(NsmResponse.decode(module.exchange(new byte[4097])))
                .isEqualTo(new NsmResponse.Failure(NsmError.INPUT_TOO_LARGE));
    }

    @Test
    void measurementOfAnotherLengthOrRegister_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LocalNsm(MODULE_ID, Map.of(0, Bytes.ofHex("01")), authority, () -> now, random));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new LocalNsm(MODULE_ID, Map.of(32, IMAGE), authority, () -> now, random));
    }

    private VerifiedAttestation attest() throws Exception {
        AttestationPolicy policy = AttestationPolicy.maxAge(Duration.ZERO)
                .expectPcr(0, Set.of(IMAGE))
                .build();
        return AttestationVerifier.ofRoot(authority.root()).verify(document(), policy, now);
    }

    private Bytes leaf() throws Exception {
        return AttestationDocument.parse(document()).certificate();
    }

    private byte[] document() throws Exception {
        return nsm.attest(Bytes.ofHex("01"), Bytes.ofHex("02"), Bytes.ofHex("03"))
                .toArray();
    }

    private static NsmRequest attestation(@Nullable Bytes userData, @Nullable Bytes nonce, @Nullable Bytes publicKey) {
        return new NsmRequest.Attestation(userData, nonce, publicKey);
    }

    private NsmResponse exchange(NsmRequest request) throws CborException {
        return NsmResponse.decode(module.exchange(request.encode()));
    }

    private void failed(NsmError error, NsmRequest request) throws CborException {
        assertThat(exchange(request)).isEqualTo(new NsmResponse.Failure(error));
    }

    private static Bytes extended(Bytes old) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-384");
        digest.update(old.toArray());
        return Bytes.copyOf(digest.digest(DATA.toArray()));
    }
}
