package dev.cloister.local.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each operator with the key equal, different and absent, as the IAM user guide's condition operators have it. */
class ConditionTest {
    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            # operator,                          equal, other case, other, absent
            StringEquals,                        true,  false,      false, false
            StringNotEquals,                     false, true,       true,  true
            StringEqualsIgnoreCase,              true,  true,       false, false
            StringNotEqualsIgnoreCase,           false, false,      true,  true
            StringLike,                          true,  false,      false, false
            StringNotLike,                       false, true,       true,  true
            StringEqualsIfExists,                true,  false,      false, true
            StringEqualsIgnoreCaseIfExists,      true,  true,       false, true
            StringNotEqualsIfExists,             false, true,       true,  true
            ForAnyValue:StringEquals,            true,  false,      false, false
            ForAnyValue:StringNotEquals,         false, true,       true,  false
            ForAllValues:StringEquals,           true,  false,      false, true
            ForAllValues:StringNotEquals,        false, true,       true,  true
            ForAnyValue:StringEqualsIfExists,    true,  false,      false, true
            """)
    void operator_holdsAsDocumented(String operator, boolean equal, boolean otherCase, boolean other, boolean absent)
            throws Exception {
        String condition = "{\"" + operator + "\":{\"kms:EncryptionContext:app\":\"digits\"}}";

        assertThat(allowed(condition, "kms:EncryptionContext:app", "digits")).isEqualTo(equal);
        assertThat(allowed(condition, "kms:EncryptionContext:app", "DIGITS")).isEqualTo(otherCase);
        assertThat(allowed(condition, "kms:EncryptionContext:app", "letters")).isEqualTo(other);
        assertThat(allowed(condition)).isEqualTo(absent);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            ArnEquals,     arn:aws:iam::111122223333:role/enclave-host, true
            ArnLike,       arn:aws:iam::*:role/enclave-*,               true
            ArnLike,       arn:aws:iam::*:role/other-*,                 false
            ArnNotEquals,  arn:aws:iam::111122223333:role/enclave-host, false
            ArnNotLike,    arn:aws:iam::*:role/other-*,                 true
            StringLike,    *enclave-host,                               true
            """)
    void arnOperator_comparesPartByPart(String operator, String pattern, boolean expected) throws Exception {
        assertThat(allowed(
                        "{\"" + operator + "\":{\"aws:PrincipalArn\":\"" + pattern + "\"}}",
                        "aws:PrincipalArn",
                        "arn:aws:iam::111122223333:role/enclave-host"))
                .isEqualTo(expected);
    }

    @Test
    void bool_readsStringsAndBooleans() throws Exception {
        assertThat(allowed("{\"Bool\":{\"aws:SecureTransport\":\"true\"}}", "aws:SecureTransport", "true"))
                .isTrue();
        assertThat(allowed("{\"Bool\":{\"aws:SecureTransport\":false}}", "aws:SecureTransport", "true"))
                .isFalse();
        assertThat(allowed("{\"Bool\":{\"aws:SecureTransport\":false}}")).isFalse();
        assertThat(allowed("{\"BoolIfExists\":{\"aws:SecureTransport\":false}}"))
                .isTrue();
    }

    @Test
    void nullOperator_asksForAbsence() throws Exception {
        String image = ConditionKeys.IMAGE_SHA384;

        assertThat(allowed("{\"Null\":{\"" + image + "\":\"true\"}}")).isTrue();
        assertThat(allowed("{\"Null\":{\"" + image + "\":\"true\"}}", image, "00"))
                .isFalse();
        assertThat(allowed("{\"Null\":{\"" + image + "\":false}}", image, "00")).isTrue();
        assertThat(allowed("{\"Null\":{\"kms:ViaService\":\"false\"}}")).isFalse();
    }

    @Test
    void severalValues_areAlternatives() throws Exception {
        String oneOf = "{\"StringEquals\":{\"kms:EncryptionContext:app\":[\"a\",\"b\"]}}";
        String noneOf = "{\"StringNotEquals\":{\"kms:EncryptionContext:app\":[\"a\",\"b\"]}}";

        assertThat(allowed(oneOf, "kms:EncryptionContext:app", "b")).isTrue();
        assertThat(allowed(oneOf, "kms:EncryptionContext:app", "c")).isFalse();
        assertThat(allowed(noneOf, "kms:EncryptionContext:app", "b")).isFalse();
        assertThat(allowed(noneOf, "kms:EncryptionContext:app", "c")).isTrue();
    }

    @Test
    void severalKeysAndOperators_mustAllHold() throws Exception {
        String both = "{\"StringEquals\":{\"kms:EncryptionContext:app\":\"a\",\"kms:EncryptionContext:version\":\"1\"},"
                + "\"Bool\":{\"aws:SecureTransport\":true}}";
        Attributes.Builder attributes =
                Attributes.builder().put("kms:EncryptionContext:app", "a").put("aws:SecureTransport", "true");

        assertThat(allowed(both, attributes)).isFalse();
        assertThat(allowed(both, attributes.put("kms:EncryptionContext:version", "1")))
                .isTrue();
    }

    @Test
    void multivaluedKey_isTakenByItsSetOperator() throws Exception {
        String all = "{\"ForAllValues:StringEquals\":{\"kms:EncryptionContextKeys\":[\"app\",\"version\"]}}";
        String any = "{\"ForAnyValue:StringEquals\":{\"kms:EncryptionContextKeys\":[\"app\",\"version\"]}}";

        assertThat(allowed(all, keys("app", "version"))).isTrue();
        assertThat(allowed(all, keys("app"))).isTrue();
        assertThat(allowed(all, keys("app", "secret"))).isFalse();
        assertThat(allowed(all, keys())).isTrue();
        assertThat(allowed(any, keys("app", "secret"))).isTrue();
        assertThat(allowed(any, keys("secret"))).isFalse();
        assertThat(allowed(any, keys())).isFalse();
    }

    @Test
    void keyName_matchesWithoutRegardToCase() throws Exception {
        assertThat(allowed(
                        "{\"StringEquals\":{\"KMS:encryptioncontext:APP\":\"a\"}}", "kms:EncryptionContext:app", "a"))
                .isTrue();
        assertThat(allowed(
                        "{\"StringEquals\":{\"kms:recipientattestation:pcr3\":\"0a\"}}",
                        ConditionKeys.PCR_PREFIX + 3,
                        "0a"))
                .isTrue();
    }

    @Test
    void denyOfOtherImages_holdsWithoutAttestation() throws Exception {
        String deny = "{\"StringNotEqualsIgnoreCase\":{\"kms:RecipientAttestation:ImageSha384\":[\"" + Policies.IMAGE
                + "\"]}}";
        Policy key = Policies.key(Policies.statement("Allow", "*", "kms:*"), Policies.conditional("Deny", deny));

        assertThat(decide(key, Attributes.none())).isEqualTo(Decision.DENIED_BY_RESOURCE_POLICY);
        assertThat(decide(key, image("cd".repeat(48)))).isEqualTo(Decision.DENIED_BY_RESOURCE_POLICY);
        assertThat(decide(key, image(Policies.IMAGE))).isEqualTo(Decision.ALLOWED);
        assertThat(decide(key, image(Policies.IMAGE.toUpperCase(Locale.ROOT)))).isEqualTo(Decision.ALLOWED);
    }

    private static Attributes image(String pcr0) {
        return Attributes.builder().put(ConditionKeys.IMAGE_SHA384, pcr0).build();
    }

    private static Attributes.Builder keys(String... names) {
        return Attributes.builder().put(ConditionKeys.ENCRYPTION_CONTEXT_KEYS, List.of(names));
    }

    private static boolean allowed(String condition) throws MalformedPolicyException {
        return allowed(condition, Attributes.builder());
    }

    private static boolean allowed(String condition, String key, String value) throws MalformedPolicyException {
        return allowed(condition, Attributes.builder().put(key, value));
    }

    private static boolean allowed(String condition, Attributes.Builder attributes) throws MalformedPolicyException {
        return decide(Policies.key(Policies.conditional("Allow", condition)), attributes.build())
                .isAllowed();
    }

    private static Decision decide(Policy key, Attributes attributes) throws MalformedPolicyException {
        Identity identity = Policies.identity(Policies.identityStatement("Allow", "kms:*"));
        return Authorizer.decide(Policies.decrypt(Policies.HOST, attributes), identity, key);
    }
}
