package dev.cloister.attestation.nsm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.attestation.Bytes;
import dev.cloister.attestation.Mutations;
import dev.cloister.attestation.Vectors;
import dev.cloister.attestation.cbor.CborException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class NsmCodecTest {
    private static final Bytes ZERO_PCR = Bytes.copyOf(new byte[48]);

    private static final Map<String, NsmRequest> REQUESTS = Map.of(
            "DescribeNSM", new NsmRequest.DescribeNsm(),
            "GetRandom", new NsmRequest.GetRandom(),
            "DescribePCR(0)", new NsmRequest.DescribePcr(0),
            "DescribePCR(16)", new NsmRequest.DescribePcr(16),
            "DescribePCR(31)", new NsmRequest.DescribePcr(31),
            "ExtendPCR(16,\"abc\")", new NsmRequest.ExtendPcr(16, Bytes.ofHex("616263")),
            "LockPCR(16)", new NsmRequest.LockPcr(16),
            "LockPCRs(32)", new NsmRequest.LockPcrs(32),
            "Attestation(all null)", new NsmRequest.Attestation(null, null, null),
            "Attestation(user_data=\"ud\",nonce=\"nc\",public_key=\"pk\")",
                    new NsmRequest.Attestation(Bytes.ofHex("7564"), Bytes.ofHex("6e63"), Bytes.ofHex("706b")));

    @Test
    void requests_matchCapturedForms() throws Exception {
        JsonNode forms = captured("request");
        assertThat(forms.propertyNames()).containsExactlyInAnyOrderElementsOf(REQUESTS.keySet());
        REQUESTS.forEach((name, request) -> assertThat(hex(request.encode()))
                .as(name)
                .isEqualTo(forms.get(name).asString()));
    }

    @Test
    void requests_areReadBack() throws CborException {
        for (NsmRequest request : REQUESTS.values()) {
            assertThat(NsmRequest.decode(request.encode())).isEqualTo(request);
        }
    }

    @Test
    void responses_matchCapturedForms() throws Exception {
        JsonNode forms = captured("response");
        assertThat(forms.propertyNames())
                .containsExactlyInAnyOrderElementsOf(responses().keySet());
        responses()
                .forEach((name, response) -> assertThat(hex(response.encode()))
                        .as(name)
                        .isEqualTo(forms.get(name).asString()));
    }

    @Test
    void responses_areReadBack() throws CborException {
        for (NsmResponse response : responses().values()) {
            assertThat(NsmResponse.decode(response.encode())).isEqualTo(response);
        }
    }

    @Test
    void randomResponse_startsAsLinuxExpects() {
        byte[] response = new NsmResponse.GetRandom(Bytes.copyOf(new byte[256])).encode();
        assertThat(hex(response)).startsWith("a16947657452616e646f6da16672616e646f6d590100");
    }

    /** In order: empty, unknown names, two operations, no field, another field, a field too many, twice, wrong types. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a0",
                "63476574",
                "a16347657400",
                "a2674c6f636b504352a165696e64657810684c6f636b50435273a16572616e67651820",
                "a16b4465736372696265504352a0",
                "a16b4465736372696265504352a165726e64657800",
                "a16b4465736372696265504352a265696e64657800616100",
                "a169457874656e64504352a265696e6465781065696e64657810",
                "a169457874656e64504352a165696e64657810",
                "a16b4465736372696265504352a165696e64657820",
                "a16b4465736372696265504352a165696e6465781a00010000",
                "a169457874656e64504352a265696e64657810646461746163616263",
                "6b44657363726962654e534d00",
                "bf6b4465736372696265504352a165696e64657800ff",
                "a16b4174746573746174696f6ea1617801"
            })
    void malformedRequest_isRefused(String hex) {
        byte[] encoded = HexFormat.of().parseHex(hex);
        assertThatThrownBy(() -> NsmRequest.decode(encoded)).isInstanceOf(CborException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a0",
                "6161",
                "a1616100",
                "a1654572726f726161",
                "a16b4465736372696265504352a1646c6f636bf4",
                "a169457874656e64504352a0",
                "a168646f63756d656e74420102",
                "a16b44657363726962654e534da16d76657273696f6e5f6d616a6f7201",
                "674c6f636b50435200"
            })
    void malformedResponse_isRefused(String hex) {
        assertThatThrownBy(() -> NsmResponse.decode(HexFormat.of().parseHex(hex)))
                .isInstanceOf(CborException.class);
    }

    @Test
    void unknownFieldOfResponse_isPassedOver() throws CborException {
        byte[] encoded = HexFormat.of().parseHex("a16947657452616e646f6da2616182f6f66672616e646f6d4101");
        assertThat(NsmResponse.decode(encoded)).isEqualTo(new NsmResponse.GetRandom(Bytes.ofHex("01")));
    }

    @Test
    void attestationWithoutFields_hasNone() throws CborException {
        byte[] encoded = HexFormat.of().parseHex("a16b4174746573746174696f6ea0");
        assertThat(NsmRequest.decode(encoded)).isEqualTo(new NsmRequest.Attestation(null, null, null));
    }

    @Test
    void numberBeyond16Bits_isNoRequest() {
        assertThatThrownBy(() -> new NsmRequest.DescribePcr(65_536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new NsmRequest.LockPcrs(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void mutatedMessage_isRefusedOrReadAlikeAgain() {
        RandomGenerator random = new Random(20260103);
        List<NsmRequest> requests = List.copyOf(REQUESTS.values());
        List<NsmResponse> responses = List.copyOf(responses().values());
        for (int round = 0; round < 50_000; round++) {
            byte[] request = Mutations.mutated(
                    requests.get(random.nextInt(requests.size())).encode(), random);
            byte[] response = Mutations.mutated(
                    responses.get(random.nextInt(responses.size())).encode(), random);
            readOrRefuse(request, response);
        }
    }

    @SuppressWarnings("EmptyCatch") // Refusing is one of the two right outcomes.
    private static void readOrRefuse(byte[] request, byte[] response) {
        try {
            NsmRequest read = NsmRequest.decode(request);
            assertThat(NsmRequest.decode(read.encode())).isEqualTo(read);
        } catch (CborException refused) {
        }
        try {
            NsmResponse read = NsmResponse.decode(response);
            assertThat(NsmResponse.decode(read.encode())).isEqualTo(read);
        } catch (CborException refused) {
        }
    }

    private static Map<String, NsmResponse> responses() {
        Map<String, NsmResponse> responses = new HashMap<>(Map.of(
                "LockPCR", new NsmResponse.LockPcr(),
                "LockPCRs", new NsmResponse.LockPcrs(),
                "DescribePCR(unlocked zero)", new NsmResponse.DescribePcr(false, ZERO_PCR),
                "ExtendPCR(zero)", new NsmResponse.ExtendPcr(ZERO_PCR),
                "DescribeNSM",
                        new NsmResponse.DescribeNsm(
                                1,
                                0,
                                0,
                                "i-1234567890abcdef0-enc1234567890abcdef",
                                32,
                                IntStream.range(0, 16).boxed().toList(),
                                "SHA384"),
                "GetRandom(256 x 00)", new NsmResponse.GetRandom(Bytes.copyOf(new byte[256])),
                "Attestation(document=0102)", new NsmResponse.Attestation(Bytes.ofHex("0102"))));
        for (NsmError error : NsmError.values()) {
            responses.put("Error(" + error.wireName() + ")", new NsmResponse.Failure(error));
        }
        return responses;
    }

    private static JsonNode captured(String direction) throws Exception {
        return JsonMapper.shared()
                .readTree(Vectors.captured("nsm/nsm-cbor.json"))
                .get(direction);
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }
}
