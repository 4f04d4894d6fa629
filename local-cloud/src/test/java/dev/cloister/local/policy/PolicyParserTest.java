package dev.cloister.local.policy;

import static dev.cloister.local.policy.Policies.conditional;
import static dev.cloister.local.policy.Policies.document;
import static dev.cloister.local.policy.Policies.statement;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The ways in which a policy document can be wrong, each refused with the name of what is wrong. */
class PolicyParserTest {
    private static final String ALLOW = statement("Allow", "*", "kms:*");

    @Test
    void notJson_refused() {
        refused("{", "not a JSON object");
        refused("[]", "not a JSON object");
        refused(document(ALLOW) + "x", "not a JSON object");
        refused("{\"Statement\":[],\"Statement\":[]}", "not a JSON object");
    }

    @Test
    void tooLong_refused() {
        refused(document(ALLOW) + " ".repeat(PolicyParser.MAX_POLICY_BYTES), "longer than 32768");
    }

    @Test
    void noStatement_refused() {
        refused("{\"Version\":\"2012-10-17\"}", "no Statement");
        refused(document(), "no Statement");
        refused("{\"Statement\":[7]}", "not an object");
    }

    @Test
    void unknownElement_refused() {
        refused("{\"Statement\":[" + ALLOW + "],\"Grant\":1}", "element: Grant");
        refused(document(ALLOW.replace("\"Effect\"", "\"Why\":\"so\",\"Effect\"")), "element: Why");
        refused(document(ALLOW.replace("\"Principal\"", "\"NotPrincipal\"")), "element: NotPrincipal");
        refused("{\"Version\":\"2020-01-01\",\"Statement\":[" + ALLOW + "]}", "Version: 2020-01-01");
    }

    @Test
    void missingElement_refused() {
        refused(document("{\"Effect\":\"Allow\",\"Action\":\"kms:*\",\"Resource\":\"*\"}"), "no Principal");
        refused(document("{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"kms:*\"}"), "lacks");
        refused(document("{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Resource\":\"*\"}"), "lacks");
        refused(document("{\"Principal\":\"*\",\"Action\":\"kms:*\",\"Resource\":\"*\"}"), "lacks");
    }

    @Test
    void wrongEffect_refused() {
        refused(document(statement("allow", "*", "kms:*")), "Effect: allow");
    }

    @Test
    void actionAndNotAction_refused() {
        refused(document(ALLOW.replace("\"Action\"", "\"NotAction\":\"kms:Decrypt\",\"Action\"")), "both Action");
    }

    @ParameterizedTest
    @CsvSource({
        "arn:aws:iam::444455556666:role/*",
        "arn:aws:iam::4444:root",
        "arn:aws:iam::444455556666",
        "444455556666:root",
        "third-party",
        "''"
    })
    void invalidPrincipal_refused(String principal) {
        refused(document(statement("Allow", principal, "kms:*")), "invalid principals");
    }

    @Test
    void principalOfOtherShape_refused() {
        refused(document(ALLOW.replace("{\"AWS\":\"*\"}", "\"all\"")), "invalid principals: all");
        refused(document(ALLOW.replace("{\"AWS\":\"*\"}", "{}")), "Principal");
        refused(document(ALLOW.replace("{\"AWS\":\"*\"}", "{\"AWS\":[]}")), "Principal is empty");
        refused(document(ALLOW.replace("\"AWS\"", "\"Amazon\"")), "Principal: Amazon");
    }

    @Test
    void malformedActionOrResource_refused() {
        refused(document(statement("Allow", "*", "Decrypt")), "service:Name: Decrypt");
        refused(document(ALLOW.replace("\"Resource\":\"*\"", "\"Resource\":\"key/1\"")), "ARN: key/1");
    }

    @Test
    void repeatedSid_refused() {
        String named = ALLOW.replace("{\"Effect\"", "{\"Sid\":\"one\",\"Effect\"");
        refused(document(named, named), "must be unique: one");
    }

    @ParameterizedTest
    @CsvSource({
        "NumericLessThan",
        "DateGreaterThan",
        "IpAddress",
        "BinaryEquals",
        "stringequals",
        "StringEqualsIfExistsIfExists",
        "ForSomeValues:StringEquals",
        "NullIfExists",
        "ForAnyValue:Null",
        "''"
    })
    void unknownOperator_refused(String operator) {
        refused(
                document(conditional("Allow", "{\"" + operator + "\":{\"aws:PrincipalArn\":\"true\"}}")),
                "condition operator: " + operator);
    }

    @ParameterizedTest
    @CsvSource({
        "kms:RecipientAttestation:ImageSha265",
        "kms:RecipientAttestation:PCR32",
        "kms:RecipientAttestation:PCR",
        "kms:EncryptionContext:",
        "aws:PrincipalARNs",
        "s3:ExistingObjectTag/a"
    })
    void unknownConditionKey_refused(String key) {
        refused(document(conditional("Allow", "{\"StringEquals\":{\"" + key + "\":\"a\"}}")), "condition key: " + key);
    }

    @Test
    void malformedCondition_refused() {
        refused(document(conditional("Allow", "[]")), "Condition is not an object");
        refused(document(conditional("Allow", "{\"StringEquals\":\"a\"}")), "StringEquals is not an object");
        refused(document(conditional("Allow", "{\"StringEquals\":{\"aws:PrincipalArn\":[]}}")), "is empty");
        refused(document(conditional("Allow", "{\"StringEquals\":{\"aws:PrincipalArn\":1}}")), "not a string");
        refused(document(conditional("Allow", "{\"Bool\":{\"aws:SecureTransport\":\"yes\"}}")), "true and false");
    }

    @Test
    void policyVariable_refused() {
        refused(
                document(conditional("Allow", "{\"StringEquals\":{\"aws:PrincipalArn\":\"${aws:userid}\"}}")),
                "policy variable");
    }

    @Test
    void identityPolicyWithPrincipal_refused() {
        assertThatThrownBy(() -> PolicyParser.parseIdentityPolicy(document(ALLOW)))
                .isInstanceOf(MalformedPolicyException.class)
                .hasMessageContaining("should not specify a principal");
    }

    @Test
    void everyFormOfElement_accepted() {
        assertThatCode(() -> PolicyParser.parseKeyPolicy("""
                        {"Version": "2012-10-17", "Id": "x", "Statement": {
                          "Sid": "one", "Effect": "Allow",
                          "Principal": {"AWS": ["111122223333", "arn:aws:iam::444455556666:role/path/role"],
                                        "Service": "lambda.amazonaws.com"},
                          "Action": ["kms:Decrypt", "kms:Describe*"], "Resource": ["*"],
                          "Condition": {"StringEquals": {"kms:ViaService": ["a", "b"]}}}}
                        """)).doesNotThrowAnyException();
    }

    private static void refused(String json, String name) {
        assertThatThrownBy(() -> PolicyParser.parseKeyPolicy(json))
                .isInstanceOf(MalformedPolicyException.class)
                .hasMessageContaining(name);
    }
}
