package dev.cloister.image.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.cloister.image.eif.Pcr;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class KeyPolicyTest {
    private static final String HOST = "arn:aws:iam::222222222222:role/parent";
    private static final KeyFacts KEY = new KeyFacts(
            "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab",
            "Enabled",
            true,
            false,
            List.of());
    private static final Pcr ONE = new Pcr("1".repeat(96));
    private static final Pcr TWO = new Pcr("2".repeat(96));

    private static final String ROOT_STATEMENT = """
            {"Sid":"EnableRoot","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},
             "Action":"kms:*","Resource":"*"}""";

    private static final String FRESH = policy(ROOT_STATEMENT);

    @Test
    void firstPin_addsAllowForTheHostAndDenyForTheRest() throws Exception {
        JsonNode pinned = JsonMapper.shared().readTree(pin(FRESH, ONE));
        assertThat(pinned.path("Statement").path(0))
                .isEqualTo(JsonMapper.shared().readTree(ROOT_STATEMENT));
        assertThat(pinned.path("Statement").path(1)).isEqualTo(json("""
                                {"Sid":"AllowHostDecryptFromPinnedImages","Effect":"Allow","Principal":{"AWS":"%s"},
                                 "Action":"kms:Decrypt","Resource":"*","Condition":{"StringEqualsIgnoreCase":
                                 {"kms:RecipientAttestation:ImageSha384":"%s"}}}""".formatted(HOST, ONE)));
        assertThat(pinned.path("Statement").path(2)).isEqualTo(json("""
                                {"Sid":"DenyDecryptWithoutPinnedImage","Effect":"Deny","Principal":{"AWS":"*"},
                                 "Action":["kms:Decrypt","kms:ReEncryptFrom"],"Resource":"*",
                                 "Condition":{"StringNotEqualsIgnoreCase":
                                 {"kms:RecipientAttestation:ImageSha384":"%s"}}}""".formatted(ONE)));
        assertThat(pinned.path("Statement").size()).isEqualTo(3);
    }

    @Test
    void secondImage_isAddedToBothStatements() throws Exception {
        JsonNode statements = json(pin(pin(FRESH, TWO), ONE)).path("Statement");
        String both = "[\"" + ONE + "\",\"" + TWO + "\"]";
        assertThat(statements.path(1).at("/Condition/StringEqualsIgnoreCase").toString())
                .isEqualTo("{\"kms:RecipientAttestation:ImageSha384\":" + both + "}");
        assertThat(statements.path(2).at("/Condition/StringNotEqualsIgnoreCase").toString())
                .isEqualTo("{\"kms:RecipientAttestation:ImageSha384\":" + both + "}");
    }

    @Test
    void pinningTwice_changesNothing() throws Exception {
        String pinned = pin(FRESH, ONE);
        assertThat(pin(pinned, ONE)).isEqualTo(pinned);
    }

    @Test
    void pinnedPolicyInAnotherSpelling_isLeftAlone() throws Exception {
        String spelled = pin(FRESH, ONE)
                .replace("\"" + HOST + "\"", "[\"" + HOST + "\"]")
                .replace(ONE.hex(), ONE.hex().toUpperCase(Locale.ROOT));
        KeyPolicy policy = KeyPolicy.parse(spelled);
        assertThat(policy.pin(List.of(ONE), List.of(HOST))).isSameAs(policy);
    }

    @Test
    void hostsOfPinnedPolicy_needNotBeNamedAgain() throws Exception {
        KeyPolicy policy = KeyPolicy.parse(pin(FRESH, ONE)).pin(List.of(TWO), List.of());
        assertThat(policy.hosts()).containsExactly(HOST);
        assertThat(policy.images()).containsExactlyInAnyOrder(ONE, TWO);
    }

    @Test
    void unpinOfOne_leavesTheOther() throws Exception {
        KeyPolicy policy = KeyPolicy.parse(pin(pin(FRESH, ONE), TWO)).unpin(List.of(ONE));
        assertThat(policy.images()).containsExactly(TWO);
        assertThat(policy.toJson()).doesNotContain(ONE.hex());
    }

    @Test
    void unpinOfTheLast_deniesEveryone() throws Exception {
        KeyPolicy policy = KeyPolicy.parse(pin(FRESH, ONE)).unpin(List.of(ONE));
        JsonNode statements = json(policy.toJson()).path("Statement");
        assertThat(statements.size()).isEqualTo(2);
        assertThat(statements.path(1).path("Effect").asString()).isEqualTo("Deny");
        assertThat(statements.path(1).has("Condition")).isFalse();
        assertThat(policy.images()).isEmpty();
        assertThat(policy.unpin(List.of(ONE))).isSameAs(policy);
    }

    @Test
    void pinAfterUnpin_isAsBefore() throws Exception {
        String pinned = pin(FRESH, ONE);
        String unpinned = KeyPolicy.parse(pinned).unpin(List.of(ONE)).toJson();
        assertThat(KeyPolicy.parse(pin(unpinned, ONE)).images()).containsExactly(ONE);
    }

    @Test
    void otherConditionsOfTheAllow_areKept() throws Exception {
        String narrowed = pin(FRESH, ONE)
                .replace(
                        "\"StringEqualsIgnoreCase\" : {",
                        "\"StringEquals\":{\"kms:EncryptionContext:application\":\"digits\"},"
                                + "\"StringEqualsIgnoreCase\" : {");
        assertThat(pin(narrowed, TWO)).contains("kms:EncryptionContext:application");
    }

    @Test
    void missingDeny_isPutBack() throws Exception {
        JsonNode pinned = json(pin(FRESH, ONE)).path("Statement");
        KeyPolicy withoutDeny =
                KeyPolicy.parse(policy(ROOT_STATEMENT, pinned.path(1).toString()));
        assertThat(withoutDeny.deniesOthers()).isFalse();
        assertThat(withoutDeny.pin(List.of(ONE), List.of()).deniesOthers()).isTrue();
    }

    @Test
    void imagesThatTheStatementsDisagreeOn_doNotCount() throws Exception {
        JsonNode both = json(pin(pin(FRESH, ONE), TWO)).path("Statement");
        JsonNode one = json(pin(FRESH, ONE)).path("Statement");
        KeyPolicy mixed =
                KeyPolicy.parse(policy(both.path(1).toString(), one.path(2).toString()));
        assertThat(mixed.images()).containsExactly(ONE);
    }

    @Test
    void debugImage_isRefused() {
        refusedPin("0".repeat(96), HOST, "an all-zero PCR0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "222222222222",
                "arn:aws:iam::222222222222:*",
                "parent",
                "arn:aws:sts::222222222222:assumed-role/a/b"
            })
    void hostThatIsNoRole_isRefused(String host) {
        refusedPin(ONE.hex(), host, "not the ARN of an IAM role");
    }

    @Test
    void firstPinWithoutHost_isRefused() {
        assertThatExceptionOfType(KeyPolicyException.class)
                .isThrownBy(() -> KeyPolicy.parse(FRESH).pin(List.of(ONE), List.of()))
                .withMessageContaining("no host");
    }

    @Test
    void singleStatementObject_isUnderstood() throws Exception {
        assertThat(pin("{\"Statement\":" + ROOT_STATEMENT + "}", ONE)).contains("EnableRoot", ONE.hex());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "[]", "{}", "{\"Statement\":[1]}", "{\"Statement\":[],\"Statement\":[]}", "{\"Statement\":["
            })
    void whatIsNoPolicy_isRefused(String text) {
        assertThatExceptionOfType(KeyPolicyException.class)
                .isThrownBy(() -> KeyPolicy.parse(text))
                .withMessageStartingWith("the key policy cannot be edited");
    }

    @Test
    void allowOfMoreThanDecrypt_isRefused() throws Exception {
        refusedPolicy("\"kms:Decrypt\",\n    \"Resource\"", "\"kms:*\",\n    \"Resource\"", "allows more than");
    }

    @Test
    void allowWithoutImages_isRefused() throws Exception {
        refusedPolicy("StringEqualsIgnoreCase", "StringEquals", "is not limited to images");
    }

    @Test
    void allowForEveryone_isRefused() throws Exception {
        refusedPin(pin(FRESH, ONE).replace(HOST, "*"), "is for everyone");
    }

    @Test
    void denyThatLetsSomeoneOut_isRefused() throws Exception {
        refusedPolicy("\"AWS\" : \"*\"", "\"AWS\" : \"" + HOST + "\"", "is not for everyone");
    }

    @Test
    void denyWithSecondKey_isRefused() throws Exception {
        refusedPolicy(
                "\"StringNotEqualsIgnoreCase\" : {",
                "\"StringNotEqualsIgnoreCase\" : {\"kms:RecipientAttestation:PCR3\":\"x\",",
                "has other conditions");
    }

    @Test
    void denyOfAdministration_isRefused() throws Exception {
        refusedPolicy("kms:ReEncryptFrom", "kms:PutKeyPolicy", "denies other actions");
    }

    @Test
    void twoStatementsOfOneSid_areRefused() throws Exception {
        refusedPolicy("EnableRoot", "DenyDecryptWithoutPinnedImage", "several statements");
    }

    @Test
    void difference_isShownWithContext() throws Exception {
        String before = KeyPolicy.parse(pin(FRESH, ONE)).toJson();
        String after = KeyPolicy.parse(before).unpin(List.of(ONE)).toJson();
        assertThat(UnifiedDiff.of(before, before)).isEmpty();
        assertThat(UnifiedDiff.of(before, after))
                .anyMatch(line -> line.startsWith("-") && line.contains("AllowHostDecryptFromPinnedImages"))
                .noneMatch(line -> line.startsWith("+") && line.contains(ONE.hex()));
        assertThat(UnifiedDiff.of("a\nb\nc\nd\ne\nf\ng", "a\nb\nc\nd\nE\nf\ng"))
                .containsExactly("@@ -2 +2 @@", " b", " c", " d", "-e", "+E", " f", " g");
    }

    @Test
    void policyThatIsRightAlready_isNotWritten() throws Exception {
        List<String> written = new ArrayList<>();
        KeyPolicies fake = new KeyPolicies() {
            @Override
            public String get(String keyId) {
                return written.isEmpty() ? FRESH : written.getLast();
            }

            @Override
            public KeyFacts describe(String keyId) {
                return KEY;
            }

            @Override
            public void put(String keyId, String json) {
                written.add(json);
            }
        };
        KeyPolicyEdit.Change change = (policy, key) -> policy.pin(key, List.of(ONE), List.of(HOST));
        assertThat(KeyPolicyEdit.apply(fake, "key", change).difference()).anyMatch(line -> line.contains(ONE.hex()));
        assertThat(KeyPolicyEdit.apply(fake, "key", change).difference()).isEmpty();
        assertThat(written).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PendingDeletion", "Disabled", "PendingImport", "Unavailable"})
    void keyThatDecryptsNothing_isNotPinned(String state) throws Exception {
        KeyFacts key = new KeyFacts(KEY.arn(), state, true, false, List.of());
        KeyPolicy policy = KeyPolicy.parse(pin(FRESH, ONE));
        assertThatExceptionOfType(KeyPolicyException.class)
                .isThrownBy(() -> policy.pin(key, List.of(TWO), List.of()))
                .withMessageContaining(key.arn());
        assertThat(policy.unpin(List.of(ONE)).images()).isEmpty();
    }

    @Test
    void keyForSignatures_isNotPinned() throws Exception {
        KeyFacts key = new KeyFacts(KEY.arn(), "Enabled", false, false, List.of());
        KeyPolicy policy = KeyPolicy.parse(FRESH);
        assertThatExceptionOfType(KeyPolicyException.class)
                .isThrownBy(() -> policy.pin(key, List.of(ONE), List.of(HOST)))
                .withMessageContaining("not for encryption");
    }

    @Test
    void hostOfAnotherPartition_isRefused() throws Exception {
        KeyPolicy policy = KeyPolicy.parse(FRESH);
        String host = HOST.replace("arn:aws:", "arn:aws-cn:");
        assertThatExceptionOfType(KeyPolicyException.class)
                .isThrownBy(() -> policy.pin(KEY, List.of(ONE), List.of(host)))
                .withMessageContaining("partition aws-cn");
    }

    @Test
    void accountAsHost_isPinned() throws Exception {
        String account = "arn:aws:iam::222222222222:root";
        assertThat(KeyPolicy.parse(FRESH)
                        .pin(KEY, List.of(ONE), List.of(account))
                        .hosts())
                .containsExactly(account);
    }

    private static String policy(String... statements) {
        return "{\"Version\":\"2012-10-17\",\"Statement\":[" + String.join(",", statements) + "]}";
    }

    private static String pin(String policy, Pcr image) throws KeyPolicyException {
        return KeyPolicy.parse(policy).pin(List.of(image), List.of(HOST)).toJson();
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static void refusedPin(String pcr0, String host, String fault) {
        assertThatExceptionOfType(KeyPolicyException.class)
                .isThrownBy(() -> KeyPolicy.parse(FRESH).pin(List.of(new Pcr(pcr0)), List.of(host)))
                .withMessageContaining(fault);
    }

    private static void refusedPin(String policy, String fault) {
        assertThatExceptionOfType(KeyPolicyException.class)
                .isThrownBy(() -> pin(policy, TWO))
                .withMessageContaining(fault);
    }

    /** A pinned policy, changed by hand. */
    private static void refusedPolicy(String from, String to, String fault) throws Exception {
        String pinned = pin(FRESH, ONE);
        assertThat(pinned).contains(from);
        refusedPin(pinned.replace(from, to), fault);
    }
}
