package dev.cloister.attestation.nsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.cloister.attestation.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NsmTest {
    private static final Bytes ONE = Bytes.ofHex("01");
    private static final Bytes TWO = Bytes.ofHex("02");
    private static final Bytes THREE = Bytes.ofHex("03");

    @Test
    void attest_passesEachFieldInItsPlace() throws Exception {
        List<NsmRequest> asked = new ArrayList<>();
        Nsm nsm = new Nsm(request -> {
            asked.add(decoded(request));
            return new NsmResponse.Attestation(Bytes.ofHex("d0")).encode();
        });
        assertThat(nsm.attest(ONE, TWO, THREE)).isEqualTo(Bytes.ofHex("d0"));
        assertThat(asked).containsExactly(new NsmRequest.Attestation(THREE, TWO, ONE));
    }

    @Test
    void randomDescribeAndPcr_giveTheirResponses() throws Exception {
        NsmResponse.DescribePcr pcr = new NsmResponse.DescribePcr(true, Bytes.copyOf(new byte[48]));
        NsmResponse.DescribeNsm module = new NsmResponse.DescribeNsm(1, 0, 0, "id", 32, List.of(0), "SHA384");
        assertThat(answering(pcr).pcr(4)).isEqualTo(pcr);
        assertThat(answering(module).describe()).isEqualTo(module);
        assertThat(answering(new NsmResponse.GetRandom(ONE)).random()).isEqualTo(ONE);
    }

    @Test
    void failureOfModule_isNamed() {
        Nsm nsm = answering(new NsmResponse.Failure(NsmError.INVALID_INDEX));
        NsmException e = catchThrowableOfType(NsmException.class, () -> nsm.pcr(99));
        assertThat(e.error()).contains(NsmError.INVALID_INDEX);
        assertThat(e).hasMessage("the security module refused: InvalidIndex");
    }

    @Test
    void answerToAnotherQuestion_isRefused() {
        assertThatThrownBy(() -> answering(new NsmResponse.LockPcr()).random()).isInstanceOf(NsmException.class);
    }

    @Test
    void malformedAnswer_isRefused() {
        Nsm nsm = new Nsm(request -> new byte[] {(byte) 0xFF});
        assertThatThrownBy(nsm::random)
                .isInstanceOf(NsmException.class)
                .hasMessage("the security module's answer is malformed");
    }

    @Test
    void unreachableModule_isNamed() {
        Nsm nsm = new Nsm(request -> {
            throw new IOException("no such device");
        });
        assertThatThrownBy(nsm::random)
                .isInstanceOf(NsmException.class)
                .hasMessage("the security module cannot be reached")
                .hasCauseInstanceOf(IOException.class);
    }

    @Test
    void fieldsTooLong_areNotSent() {
        Nsm nsm = answering(new NsmResponse.Attestation(ONE));
        Bytes tooMuchData = Bytes.copyOf(new byte[NsmLimits.MAX_SENT_DATA + 1]);
        Bytes tooLongKey = Bytes.copyOf(new byte[NsmLimits.MAX_PUBLIC_KEY + 1]);
        assertThatThrownBy(() -> nsm.attest(tooLongKey, null, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> nsm.attest(null, tooMuchData, null)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> nsm.attest(null, null, tooMuchData)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Nsm answering(NsmResponse response) {
        return new Nsm(request -> response.encode());
    }

    private static NsmRequest decoded(byte[] request) throws IOException {
        try {
            return NsmRequest.decode(request);
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
