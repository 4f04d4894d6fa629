package dev.cloister.local.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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

    @Test
    void addingADenyToAnyPolicy_neverAllowsMore() throws Exception {
        Random random = new Random(20260104);
        for (int i = 0; i < CASES; i++) {
            Documents documents = Documents.any(random);
            AccessRequest request = anyRequest(random);
            boolean before = documents.isAllowed(request);
            String added = documents.addAnywhere("Deny", random);

            assertThat(!before && documents.isAllowed(request))
                    .as("%s added to %s", added, documents)
                    .isFalse();
        }
    }

    @Test
    void removingAnAllowFromAnyPolicy_neverAllowsMore() throws Exception {
        Random random = new Random(20260105);
        for (int i = 0; i < CASES; i++) {
            Documents documents = Documents.any(random);
            AccessRequest request = anyRequest(random);
            boolean less = documents.isAllowed(request);
            String added = documents.addAnywhere("Allow", random);

            assertThat(less && !documents.isAllowed(request))
                    .as("%s added to %s", added, documents)
                    .isFalse();
        }
    }

    @Test
    void addingABoundary_neverAllowsMore() throws Exception {
        Random random = new Random(20260106);
        for (int i = 0; i < CASES; i++) {
            Documents bounded = Documents.any(random);
            if (bounded.boundary.isEmpty()) {
                bounded.boundary.add(ownStatement("Allow", random));
            }
            Documents unbounded = new Documents(bounded.resource, bounded.identities, new ArrayList<>(), bounded.isKey);
            AccessRequest request = anyRequest(random);

            assertThat(bounded.isAllowed(request) && !unbounded.isAllowed(request))
                    .as("%s", bounded)
                    .isFalse();
        }
    }

    @Test
    void keyPolicy_neverAllowsMoreThanTheSameOnABucket() throws Exception {
        Random random = new Random(20260107);
        for (int i = 0; i < CASES; i++) {
            Documents one = Documents.any(random);
            AccessRequest request = anyRequest(random);
            Documents key = new Documents(one.resource, one.identities, one.boundary, true);
            Documents bucket = new Documents(one.resource, one.identities, one.boundary, false);

            assertThat(key.isAllowed(request) && !bucket.isAllowed(request))
                    .as("%s", one)
                    .isFalse();
        }
    }

    /** All policies that bear on a request: the resource's, several of the caller's, and perhaps a boundary. */
    private record Documents(
            List<String> resource, List<List<String>> identities, List<String> boundary, boolean isKey) {
        static Documents any(Random random) {
            List<List<String>> identities = new ArrayList<>();
            for (int i = 0; i < random.nextInt(4); i++) {
                identities.add(ownStatements(random));
            }
            List<String> boundary = random.nextBoolean() ? ownStatements(random) : new ArrayList<>();
            return new Documents(statements(random), identities, boundary, random.nextBoolean());
        }

        String addAnywhere(String effect, Random random) {
            int place = random.nextInt(identities.size() + 2);
            if (place == 0 || (place == 1 && boundary.isEmpty())) {
                resource.add(random.nextInt(resource.size() + 1), statement(effect, random));
                return "resource";
            }
            List<String> changed = place == 1 ? boundary : identities.get(place - 2);
            changed.add(random.nextInt(changed.size() + 1), ownStatement(effect, random));
            return place == 1 ? "boundary" : "identity";
        }

        boolean isAllowed(AccessRequest request) throws MalformedPolicyException {
            String document = Policies.document(resource.toArray(String[]::new));
            Policy parsed = isKey ? PolicyParser.parseKeyPolicy(document) : PolicyParser.parseBucketPolicy(document);
            List<Policy> own = new ArrayList<>();
            for (List<String> identity : identities) {
                own.add(PolicyParser.parseIdentityPolicy(Policies.document(identity.toArray(String[]::new))));
            }
            Optional<Policy> bound = boundary.isEmpty()
                    ? Optional.empty()
                    : Optional.of(PolicyParser.parseIdentityPolicy(Policies.document(boundary.toArray(String[]::new))));
            return Authorizer.decide(request, new Identity(own, bound), parsed).isAllowed();
        }
    }

    private static List<String> ownStatements(Random random) {
        List<String> statements = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(3); i++) {
            statements.add(ownStatement(random.nextInt(4) == 0 ? "Deny" : "Allow", random));
        }
        return statements;
    }

    /** A statement that names no principal. */
    private static String ownStatement(String effect, Random random) {
        return statement(effect, random).replaceFirst("\"Principal\":\\{[^}]*},", "");
    }

    /** By a role, by an account's root user, or by a service. */
    private static AccessRequest anyRequest(Random random) {
        AccessRequest request = request(random);
        Caller caller = switch (random.nextInt(6)) {
            case 0 -> Caller.root(request.caller().account());
            case 1 -> Caller.service("codebuild.amazonaws.com", "444455556666");
            default -> request.caller();
        };
        return new AccessRequest(
                caller, request.action(), request.resource(), request.resourceAccount(), request.attributes());
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
