package dev.cloister.local.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What must hold for every policy, tried on many. */
class PolicyPropertiesTest {
    private static final int CASES = 3000;
    private static final List<String> PRINCIPALS = List.of(
            "*",
            "444455556666",
            "arn:aws:iam::111122223333:root",
            "arn:aws:iam::111122223333:role/enclave-host",
            "arn:aws:iam::444455556666:role/third-party",
            "arn:aws:sts::111122223333:assumed-role/enclave-host/local");
    private static final List<String> ACTIONS = List.of("*", "kms:*", "kms:Decrypt", "kms:De*", "kms:Encrypt");
    private static final List<String> OPERATORS = List.of(
            "StringEquals",
            "StringNotEquals",
            "StringEqualsIgnoreCaseIfExists",
            "StringNotEqualsIgnoreCase",
            "ForAnyValue:StringLike",
            "ForAllValues:StringNotLike");
    private static final List<String> VALUES = List.of("a", "A", "b", "*");
    private static final String KEY = "kms:EncryptionContext:app";

    @Test
    void addingADeny_neverAllowsMore() throws Exception {
        Random random = new Random(20260101);
        for (int i = 0; i < CASES; i++) {
            List<String> statements = statements(random);
            AccessRequest request = request(random);
            Identity identity = identity(random);
            boolean before = isAllowed(statements, identity, request);
            statements.add(random.nextInt(statements.size() + 1), statement("Deny", random));

            assertThat(!before && isAllowed(statements, identity, request))
                    .as("%s", statements)
                    .isFalse();
        }
    }

    @Test
    void removingAnAllow_neverAllowsMore() throws Exception {
        Random random = new Random(20260102);
        for (int i = 0; i < CASES; i++) {
            List<String> statements = statements(random);
            statements.add(statement("Allow", random));
            AccessRequest request = request(random);
            Identity identity = identity(random);
            boolean before = isAllowed(statements, identity, request);
            statements.removeLast();

            assertThat(!before && isAllowed(statements, identity, request))
                    .as("%s", statements)
                    .isFalse();
        }
    }

    @Test
    void orderOfStatements_doesNotCount() throws Exception {
        Random random = new Random(20260103);
        for (int i = 0; i < CASES; i++) {
            List<String> statements = statements(random);
            AccessRequest request = request(random);
            Identity identity = identity(random);

            assertThat(isAllowed(statements.reversed(), identity, request))
                    .as("%s", statements)
                    .isEqualTo(isAllowed(statements, identity, request));
        }
    }

    private static boolean isAllowed(List<String> statements, Identity identity, AccessRequest request)
            throws MalformedPolicyException {
        Policy key = Policies.key(statements.toArray(String[]::new));
        return Authorizer.decide(request, identity, key).isAllowed();
    }

    private static List<String> statements(Random random) {
        List<String> statements = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(4); i++) {
            statements.add(statement(random.nextInt(3) == 0 ? "Deny" : "Allow", random));
        }
        return statements;
    }

    private static String statement(String effect, Random random) {
        String plain = Policies.statement(effect, pick(PRINCIPALS, random), pick(ACTIONS, random));
        if (random.nextBoolean()) {
            return plain;
        }
        String condition = ",\"Condition\":{\"" + pick(OPERATORS, random) + "\":{\"" + KEY + "\":[\""
                + pick(VALUES, random) + "\",\"" + pick(VALUES, random) + "\"]}}}";
        return plain.substring(0, plain.length() - 1) + condition;
    }

    private static AccessRequest request(Random random) {
        Attributes.Builder attributes = Attributes.builder();
        if (random.nextBoolean()) {
            attributes.put(KEY, pick(List.of("a", "A", "b", "c"), random));
        }
        return Policies.decrypt(random.nextBoolean() ? Policies.HOST : Policies.OWNER, attributes.build());
    }

    private static Identity identity(Random random) throws MalformedPolicyException {
        return Policies.identity(
                Policies.identityStatement(random.nextInt(4) == 0 ? "Deny" : "Allow", pick(ACTIONS, random)));
    }

    private static String pick(List<String> list, Random random) {
        return list.get(random.nextInt(list.size()));
    }
}
