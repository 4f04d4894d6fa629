package dev.cloister.local.policy;

import static dev.cloister.local.policy.Policies.HOST;
import static dev.cloister.local.policy.Policies.OWNER;
import static dev.cloister.local.policy.Policies.decrypt;
import static dev.cloister.local.policy.Policies.identity;
import static dev.cloister.local.policy.Policies.identityStatement;
import static dev.cloister.local.policy.Policies.key;
import static dev.cloister.local.policy.Policies.statement;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AuthorizerTest {
    private static final String ROOT = "arn:aws:iam::444455556666:root";

    @ParameterizedTest(name = "{0} {1} for {2}")
    @CsvSource(textBlock = """
            # who,    effect,  key policy's principal,                       identity,  decision
            OWNER,  Allow,   444455556666:root,                            Allow,     ALLOWED
            OWNER,  Allow,   444455556666,                                 Allow,     ALLOWED
            OWNER,  Allow,   444455556666:root,                            None,      NO_IDENTITY_POLICY_ALLOWS
            OWNER,  Allow,   444455556666:root,                            Deny,      DENIED_BY_IDENTITY_POLICY
            OWNER,  Allow,   444455556666:role/third-party,                None,      ALLOWED
            OWNER,  Allow,   444455556666:role/third-party,                Deny,      DENIED_BY_IDENTITY_POLICY
            OWNER,  Allow,   444455556666:assumed-role/third-party/local,  None,      ALLOWED
            OWNER,  Allow,   444455556666:assumed-role/third-party/other,  Allow,     NO_RESOURCE_POLICY_ALLOWS
            OWNER,  Allow,   444455556666:role/other,                      Allow,     NO_RESOURCE_POLICY_ALLOWS
            OWNER,  Allow,   444455556666:user/third-party,                Allow,     NO_RESOURCE_POLICY_ALLOWS
            OWNER,  Allow,   *,                                            None,      ALLOWED
            OWNER,  Allow,   111122223333:root,                            Allow,     NO_RESOURCE_POLICY_ALLOWS
            OWNER,  Deny,    444455556666:root,                            Allow,     DENIED_BY_RESOURCE_POLICY
            OWNER,  Deny,    *,                                            Deny,      DENIED_BY_RESOURCE_POLICY
            HOST,   Allow,   111122223333:root,                            Allow,     ALLOWED
            HOST,   Allow,   111122223333:root,                            None,      NO_IDENTITY_POLICY_ALLOWS
            HOST,   Allow,   111122223333:role/enclave-host,               Allow,     ALLOWED
            HOST,   Allow,   111122223333:role/enclave-host,               None,      NO_IDENTITY_POLICY_ALLOWS
            HOST,   Allow,   *,                                            None,      NO_IDENTITY_POLICY_ALLOWS
            HOST,   Allow,   *,                                            Deny,      DENIED_BY_IDENTITY_POLICY
            HOST,   Allow,   444455556666:root,                            Allow,     NO_RESOURCE_POLICY_ALLOWS
            HOST,   Deny,    111122223333:role/enclave-host,               Allow,     DENIED_BY_RESOURCE_POLICY
            """)
    void keyAndIdentityPolicy_leadToAwsDecision(
            String who, String effect, String principal, String identityEffect, Decision expected) throws Exception {
        Caller caller = who.equals("HOST") ? HOST : OWNER;
        Identity identity = identityEffect.equals("None")
                ? identity(identityStatement("Allow", "s3:*"))
                : identity(identityStatement(identityEffect, "kms:*"));
        Policy key = key(statement(effect, arn(principal), "kms:Decrypt"));

        assertThat(Authorizer.decide(decrypt(caller, Attributes.none()), identity, key))
                .isEqualTo(expected);
    }

    /** The table leaves out how an ARN begins. */
    private static String arn(String principal) {
        if (!principal.contains(":")) {
            return principal;
        }
        return (principal.contains("assumed-role") ? "arn:aws:sts::" : "arn:aws:iam::") + principal;
    }

    @ParameterizedTest(name = "{0} bounded by {2}")
    @CsvSource(textBlock = """
            # key policy names,                                         identity, boundary, decision
            arn:aws:iam::444455556666:root,                             Allow,    kms:*,    ALLOWED
            arn:aws:iam::444455556666:root,                             Allow,    s3:*,     NO_BOUNDARY_ALLOWS
            arn:aws:iam::444455556666:role/third-party,                 None,     kms:*,    ALLOWED
            arn:aws:iam::444455556666:role/third-party,                 None,     s3:*,     NO_BOUNDARY_ALLOWS
            arn:aws:sts::444455556666:assumed-role/third-party/local,   None,     s3:*,     ALLOWED
            arn:aws:iam::444455556666:root,                             None,     kms:*,    NO_IDENTITY_POLICY_ALLOWS
            """)
    void boundary_boundsAllButWhatASessionIsGiven(
            String principal, String identityEffect, String bound, Decision expected) throws Exception {
        Policy key = key(statement("Allow", principal, "kms:Decrypt"));
        List<Policy> own = identityEffect.equals("None")
                ? List.of()
                : List.of(PolicyParser.parseIdentityPolicy(
                        Policies.document(identityStatement(identityEffect, "kms:*"))));
        Policy boundary = PolicyParser.parseIdentityPolicy(Policies.document(identityStatement("Allow", bound)));

        assertThat(Authorizer.decide(decrypt(OWNER, Attributes.none()), new Identity(own, Optional.of(boundary)), key))
                .isEqualTo(expected);
    }

    @Test
    void service_isNamedByItsOwnPrincipal() throws Exception {
        Policy trust = PolicyParser.parseTrustPolicy(
                Policies.document("{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"codebuild.amazonaws.com\"},"
                        + "\"Action\":\"sts:AssumeRole\"}"));
        Identity nothing = new Identity(List.of(), Optional.empty());
        for (String service : List.of("codebuild.amazonaws.com", "lambda.amazonaws.com")) {
            AccessRequest assume = new AccessRequest(
                    Caller.service(service, OWNER.account()),
                    "sts:AssumeRole",
                    OWNER.roleArn(),
                    OWNER.account(),
                    Attributes.none());
            assertThat(Authorizer.decide(assume, nothing, trust).isAllowed())
                    .as(service)
                    .isEqualTo(service.startsWith("codebuild"));
        }
    }

    @Test
    void denyBesideAllow_wins() throws Exception {
        Policy key = key(statement("Allow", "*", "kms:*"), statement("Deny", HOST.roleArn(), "kms:Decrypt"));
        Identity identity = identity(identityStatement("Allow", "kms:*"));

        assertThat(Authorizer.decide(decrypt(HOST, Attributes.none()), identity, key))
                .isEqualTo(Decision.DENIED_BY_RESOURCE_POLICY);
        assertThat(Authorizer.decide(decrypt(OWNER, Attributes.none()), identity, key))
                .isEqualTo(Decision.ALLOWED);
    }

    @Test
    void actionWithoutResource_isForTheIdentityPolicyAlone() throws Exception {
        AccessRequest create = new AccessRequest(OWNER, "kms:CreateKey", "*", OWNER.account(), Attributes.none());

        assertThat(Authorizer.decide(create, identity(identityStatement("Allow", "kms:Create*")), null))
                .isEqualTo(Decision.ALLOWED);
        assertThat(Authorizer.decide(create, identity(identityStatement("Allow", "kms:Decrypt")), null))
                .isEqualTo(Decision.NO_IDENTITY_POLICY_ALLOWS);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            Action,     kms:Decrypt,       true
            Action,     KMS:DECRYPT,       true
            Action,     kms:Dec*,          true
            Action,     kms:GenerateData*, false
            Action,     *,                 true
            NotAction,  kms:Decrypt,       false
            NotAction,  kms:Encrypt,       true
            """)
    void actionElement_matchesWithoutRegardToCase(String element, String action, boolean expected) throws Exception {
        Policy key = key(
                "{\"Effect\":\"Allow\",\"Principal\":\"*\",\"" + element + "\":\"" + action + "\",\"Resource\":\"*\"}");

        assertThat(Authorizer.decide(
                                decrypt(OWNER, Attributes.none()), identity(identityStatement("Allow", "s3:*")), key)
                        .isAllowed())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            Resource,    *,                                                                          true
            Resource,    arn:aws:kms:*:444455556666:key/*,                                           true
            Resource,    arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab, true
            Resource,    arn:aws:kms:us-west-2:444455556666:key/*,                                   false
            Resource,    arn:aws:kms:*:444455556666:alias/*,                                         false
            NotResource, arn:aws:kms:*:444455556666:alias/*,                                         true
            NotResource, *,                                                                          false
            """)
    void resourceElement_matchesArn(String element, String resource, boolean expected) throws Exception {
        Identity identity =
                identity("{\"Effect\":\"Allow\",\"Action\":\"kms:*\",\"" + element + "\":\"" + resource + "\"}");

        assertThat(Authorizer.decide(
                                decrypt(OWNER, Attributes.none()), identity, key(statement("Allow", ROOT, "kms:*")))
                        .isAllowed())
                .isEqualTo(expected);
    }

    @Test
    void refusals_readAsThoseOfAws() {
        AccessRequest request = decrypt(HOST, Attributes.none());
        String subject =
                "User: arn:aws:sts::111122223333:assumed-role/enclave-host/local is not authorized to perform: "
                        + "kms:Decrypt on resource: " + Policies.KEY;

        assertThat(Decision.NO_RESOURCE_POLICY_ALLOWS.message(request))
                .isEqualTo(subject + " because no resource-based policy allows the kms:Decrypt action");
        assertThat(Decision.NO_IDENTITY_POLICY_ALLOWS.message(request))
                .isEqualTo(subject + " because no identity-based policy allows the kms:Decrypt action");
        assertThat(Decision.DENIED_BY_RESOURCE_POLICY.message(request))
                .isEqualTo(subject + " with an explicit deny in a resource-based policy");
        assertThat(Decision.DENIED_BY_IDENTITY_POLICY.message(request))
                .isEqualTo(subject + " with an explicit deny in an identity-based policy");
    }

    @Test
    void initialKeyPolicy_letsNobodyDecryptAndItsOwnerAdminister() throws Exception {
        Policy key = PolicyParser.parseKeyPolicy(InitialKeyPolicy.of(OWNER.account()));
        Identity identity = identity(identityStatement("Allow", "kms:*"));
        Attributes attested = Attributes.builder()
                .put(ConditionKeys.IMAGE_SHA384, Policies.IMAGE)
                .build();

        assertThat(Authorizer.decide(decrypt(HOST, attested), identity, key))
                .isEqualTo(Decision.DENIED_BY_RESOURCE_POLICY);
        assertThat(Authorizer.decide(decrypt(OWNER, attested), identity, key))
                .isEqualTo(Decision.DENIED_BY_RESOURCE_POLICY);
        for (String action : new String[] {"kms:PutKeyPolicy", "kms:GenerateDataKey", "kms:DescribeKey"}) {
            AccessRequest owner = new AccessRequest(OWNER, action, Policies.KEY, OWNER.account(), Attributes.none());
            AccessRequest host = new AccessRequest(HOST, action, Policies.KEY, OWNER.account(), Attributes.none());
            assertThat(Authorizer.decide(owner, identity, key)).isEqualTo(Decision.ALLOWED);
            assertThat(Authorizer.decide(host, identity, key)).isEqualTo(Decision.NO_RESOURCE_POLICY_ALLOWS);
        }
    }
}
