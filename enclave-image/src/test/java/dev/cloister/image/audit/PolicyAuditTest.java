package dev.cloister.image.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.image.audit.Finding.Weight;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Policies that only look tight, and some that are. Single quotes stand for double ones. */
class PolicyAuditTest {
    private static final String KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    private static final String IMAGE = "ab".repeat(48);
    private static final String OTHER = "cd".repeat(48);
    private static final String HOST = "'Principal':{'AWS':'arn:aws:iam::444455556666:role/Host'}";
    private static final String ROOT =
            "{'Effect':'Allow','Principal':{'AWS':'arn:aws:iam::111122223333:root'},'Action':'kms:*','Resource':'*'}";
    private static final String SHA = "'kms:RecipientAttestation:ImageSha384':";
    private static final String IS = "{'StringEqualsIgnoreCase':{" + SHA + "'IMAGE'}}";
    private static final String IS_NOT = "{'StringNotEqualsIgnoreCase':{" + SHA + "'IMAGE'}}";
    private static final String DENY = deny("'kms:Decrypt','kms:ReEncryptFrom'", IS_NOT);
    private static final String DENY_ALWAYS =
            "{'Effect':'Deny','Principal':'*','Action':['kms:Decrypt','kms:ReEncryptFrom'],'Resource':'*'}";

    private static final String NO_ATTESTATION = "may decrypt without any attestation";
    private static final String OTHER_IMAGE = "with the attestation of an image that is not pinned";
    private static final String DEBUG = "enclave in debug mode";
    private static final String TPM = "attestation of an EC2 instance";

    private static String allow(String action, String condition) {
        return "{'Effect':'Allow'," + HOST + ",'Action':" + action + ",'Resource':'*','Condition':" + condition + "}";
    }

    private static String decrypt(String condition) {
        return allow("'kms:Decrypt'", condition);
    }

    private static String deny(String actions, String condition) {
        return "{'Effect':'Deny','Principal':{'AWS':'*'},'Action':[" + actions + "],'Resource':'*','Condition':"
                + condition + "}";
    }

    private static Arguments row(String name, String expected, String... statements) {
        return Arguments.of(name, expected, List.of(statements));
    }

    static Stream<Arguments> tight() {
        return Stream.of(
                row("pinned", "", ROOT, decrypt(IS), DENY),
                row("before the first pin", "", ROOT, DENY_ALWAYS),
                row("no statement", ""),
                row("allow only, no root", "", decrypt(IS)),
                row("exact case", "", ROOT, decrypt("{'StringEquals':{" + SHA + "'IMAGE'}}"), DENY),
                row(
                        "PCR0 by its other name",
                        "",
                        decrypt("{'StringEquals':{'kms:RecipientAttestation:PCR0':'IMAGE'}}")),
                row(
                        "key in other letters",
                        "",
                        decrypt("{'stringequals':{'KMS:recipientattestation:imagesha384':'IMAGE'}}")),
                row("any of two images", "", decrypt("{'StringEquals':{" + SHA + "['IMAGE','OTHER']}}")),
                row(
                        "ForAnyValue fails on a missing key",
                        "",
                        decrypt("{'ForAnyValue:StringEquals':{" + SHA + "'IMAGE'}}")),
                row(
                        "boot and application together",
                        "",
                        decrypt(
                                "{'StringEquals':{'kms:RecipientAttestation:PCR1':'IMAGE','kms:RecipientAttestation:PCR2':'OTHER'}}")),
                row("like without wildcard", "", decrypt("{'StringLike':{" + SHA + "'IMAGE'}}")),
                row(
                        "ForAllValues beside Null false",
                        "",
                        decrypt("{'ForAllValues:StringEquals':{" + SHA + "'IMAGE'},'Null':{" + SHA + "'false'}}")),
                row(
                        "contradiction in an Allow",
                        "",
                        decrypt("{'StringEquals':{" + SHA + "'IMAGE'},'Null':{" + SHA + "'true'}}")),
                row(
                        "two Denys that cover every case between them",
                        "",
                        ROOT,
                        deny("'kms:Decrypt'", "{'Null':{" + SHA + "'true'}}"),
                        deny("'kms:*'", "{'StringNotEqualsIfExists':{" + SHA + "'IMAGE'},'Null':{" + SHA + "'false'}}"),
                        deny("'kms:ReEncrypt*'", "{'Null':{" + SHA + "'true'}}")),
                row(
                        "NotAction leaves administration",
                        "",
                        "{'Effect':'Allow','Principal':{'AWS':'111122223333'},'NotAction':['kms:Decrypt','kms:ReEncrypt*','kms:CreateGrant'],'Resource':'*'}"),
                row("other actions", "", allow("['kms:GenerateDataKey*','kms:Encrypt','kms:DescribeKey']", "{}")),
                row(
                        "another key's resource",
                        "",
                        "{'Effect':'Allow'," + HOST
                                + ",'Action':'kms:*','Resource':'arn:aws:kms:eu-west-1:111122223333:key/other'}"));
    }

    static Stream<Arguments> loose() {
        return Stream.of(
                row("root alone", "whomever IAM policies of account 111122223333 allow it to " + NO_ATTESTATION, ROOT),
                row("root by number", NO_ATTESTATION, ROOT.replace("arn:aws:iam::111122223333:root", "111122223333")),
                row("no condition", "role/Host " + NO_ATTESTATION, decrypt("{}")),
                row(
                        "everyone",
                        "anyone in any account " + NO_ATTESTATION,
                        "{'Effect':'Allow','Principal':'*','Action':'kms:Decrypt','Resource':'*'}"),
                row(
                        "everyone in a list",
                        "anyone in any account",
                        "{'Effect':'Allow','Principal':{'AWS':['111122223333','*']},'Action':'kms:Decrypt','Resource':'*'}"),
                row(
                        "NotPrincipal",
                        "anyone in any account " + NO_ATTESTATION,
                        "{'Effect':'Allow','NotPrincipal':{'AWS':'444455556666'},'Action':'kms:Decrypt','Resource':'*'}"),
                row(
                        "a service",
                        "the service s3.amazonaws.com " + NO_ATTESTATION,
                        "{'Effect':'Allow','Principal':{'Service':'s3.amazonaws.com'},'Action':'kms:Decrypt','Resource':'*'}"),
                row("pattern kms:D*", NO_ATTESTATION, allow("'kms:D*'", "{}")),
                row("pattern kms:*crypt", NO_ATTESTATION, allow("'kms:*crypt'", "{}")),
                row("pattern of question marks", NO_ATTESTATION, allow("'kms:???????'", "{}")),
                row("pattern in capitals", NO_ATTESTATION, allow("'KMS:DECRYPT'", "{}")),
                row("pattern *", NO_ATTESTATION, allow("'*'", "{}")),
                row("pattern kms:*Key*", "replace this policy", allow("'kms:*Key*'", "{}")),
                row("pattern kms:Re*", "re-encrypt data keys", allow("'kms:Re*'", "{}")),
                row(
                        "NotAction",
                        NO_ATTESTATION,
                        "{'Effect':'Allow'," + HOST + ",'NotAction':'kms:Put*','Resource':'*'}"),
                row(
                        "NotResource",
                        NO_ATTESTATION,
                        "{'Effect':'Allow'," + HOST + ",'Action':'kms:Decrypt','NotResource':'arn:x'}"),
                row(
                        "re-encryption",
                        "re-encrypt data keys to a key of their own",
                        ROOT,
                        decrypt(IS),
                        deny("'kms:Decrypt'", IS_NOT)),
                row("grants", "grant anyone to decrypt", allow("'kms:CreateGrant'", "{}")),
                row(
                        "PutKeyPolicy of the host",
                        "replace this policy, and then decrypt",
                        DENY,
                        allow("'kms:PutKeyPolicy'", "{}")),
                row("IfExists", NO_ATTESTATION, decrypt("{'StringEqualsIfExists':{" + SHA + "'IMAGE'}}")),
                row(
                        "ForAllValues on a missing key",
                        NO_ATTESTATION,
                        decrypt("{'ForAllValues:StringEquals':{" + SHA + "'IMAGE'}}")),
                row("negated Allow", NO_ATTESTATION, decrypt("{'StringNotEquals':{" + SHA + "'OTHER'}}")),
                row("Null true", NO_ATTESTATION, decrypt("{'Null':{" + SHA + "'true'}}")),
                row("Null true and false", NO_ATTESTATION, decrypt("{'Null':{" + SHA + "['true','false']}}")),
                row("Null false", OTHER_IMAGE, decrypt("{'Null':{" + SHA + "'false'}}")),
                row("Null false, as a boolean", OTHER_IMAGE, decrypt("{'Null':{" + SHA + "false}}")),
                row("like *", OTHER_IMAGE, decrypt("{'StringLike':{" + SHA + "'*'}}")),
                row("like ab*", OTHER_IMAGE, decrypt("{'StringLike':{" + SHA + "'ab*'}}")),
                row("like 96 ?", OTHER_IMAGE, decrypt("{'StringLike':{" + SHA + "'" + "?".repeat(96) + "'}}")),
                row(
                        "a policy variable",
                        OTHER_IMAGE,
                        decrypt("{'StringEquals':{" + SHA + "'${aws:PrincipalTag/image}'}}")),
                row(
                        "one of the values is a wildcard",
                        OTHER_IMAGE,
                        decrypt("{'StringLike':{" + SHA + "['IMAGE','*']}}")),
                row("zero hash", DEBUG, decrypt("{'StringEquals':{" + SHA + "'ZERO'}}")),
                row("zero hash beside an image", DEBUG, decrypt("{'StringEquals':{" + SHA + "['IMAGE','ZERO']}}")),
                row(
                        "zero hash spared by the Deny",
                        DEBUG,
                        ROOT,
                        deny("'kms:Decrypt','kms:ReEncryptFrom'", "{'StringNotEquals':{" + SHA + "['IMAGE','ZERO']}}")),
                row("PCR1 alone", OTHER_IMAGE, decrypt("{'StringEquals':{'kms:RecipientAttestation:PCR1':'IMAGE'}}")),
                row("PCR2 alone", OTHER_IMAGE, decrypt("{'StringEquals':{'kms:RecipientAttestation:PCR2':'IMAGE'}}")),
                row(
                        "PCR3, the instance's role",
                        OTHER_IMAGE,
                        decrypt("{'StringEquals':{'kms:RecipientAttestation:PCR3':'IMAGE'}}")),
                row(
                        "PCR4, the instance",
                        OTHER_IMAGE,
                        decrypt("{'StringEquals':{'kms:RecipientAttestation:PCR4':'IMAGE'}}")),
                row(
                        "PCR8, the signer",
                        OTHER_IMAGE,
                        decrypt("{'StringEquals':{'kms:RecipientAttestation:PCR8':'IMAGE'}}")),
                row(
                        "PCR16, the enclave's own",
                        OTHER_IMAGE,
                        decrypt("{'StringEquals':{'kms:RecipientAttestation:PCR16':'IMAGE'}}")),
                row("NitroTPM", TPM, decrypt("{'StringEquals':{'kms:RecipientAttestation:NitroTPMPCR4':'IMAGE'}}")),
                row(
                        "another key",
                        "it asks for StringEquals kms:EncryptionContext:app, which proves no image",
                        decrypt("{'StringEquals':{'kms:EncryptionContext:app':'x'}}")),
                row(
                        "a misspelt key",
                        NO_ATTESTATION,
                        decrypt("{'StringEquals':{'kms:RecipientAttestations:ImageSha384':'IMAGE'}}")),
                row("unknown operator", NO_ATTESTATION, decrypt("{'StringSame':{" + SHA + "'IMAGE'}}")),
                row(
                        "Deny for some",
                        "whomever IAM policies",
                        ROOT,
                        DENY.replace("'AWS':'*'", "'AWS':'arn:aws:iam::111122223333:role/X'")),
                row(
                        "Deny for the account",
                        "whomever IAM policies",
                        ROOT,
                        DENY.replace("'AWS':'*'", "'AWS':'111122223333'")),
                row(
                        "Deny with NotPrincipal",
                        "whomever IAM policies",
                        ROOT,
                        decrypt(IS),
                        DENY.replace(
                                "'Principal':{'AWS':'*'}",
                                "'NotPrincipal':{'AWS':'arn:aws:iam::111122223333:role/Admin'}")),
                row("Deny with NotAction", NO_ATTESTATION, ROOT, DENY.replace("'Action':[", "'NotAction':[")),
                row("Deny of other actions", NO_ATTESTATION, ROOT, deny("'kms:Encrypt','kms:ReEncrypt*'", IS_NOT)),
                row(
                        "Deny on another resource",
                        NO_ATTESTATION,
                        ROOT,
                        DENY.replace("'Resource':'*'", "'Resource':'arn:aws:kms:*:*:key/other'")),
                row(
                        "Deny with a second key",
                        NO_ATTESTATION,
                        ROOT,
                        deny(
                                "'kms:Decrypt','kms:ReEncryptFrom'",
                                "{'StringNotEquals':{" + SHA
                                        + "'IMAGE','aws:PrincipalArn':'arn:aws:iam::111122223333:role/Admin'}}")),
                row(
                        "Deny that contradicts itself",
                        NO_ATTESTATION,
                        ROOT,
                        deny(
                                "'kms:Decrypt'",
                                "{'StringNotEquals':{" + SHA + "'IMAGE'},'StringEquals':{" + SHA + "'IMAGE'}}")),
                row(
                        "Deny when the key is there",
                        NO_ATTESTATION,
                        ROOT,
                        deny("'kms:Decrypt'", "{'StringNotEquals':{" + SHA + "'IMAGE'},'Null':{" + SHA + "'false'}}")),
                row(
                        "Deny when the key is missing",
                        OTHER_IMAGE,
                        ROOT,
                        deny("'kms:Decrypt','kms:ReEncryptFrom'", "{'Null':{" + SHA + "'true'}}")),
                row(
                        "Deny ForAnyValue",
                        NO_ATTESTATION,
                        ROOT,
                        deny("'kms:Decrypt'", "{'ForAnyValue:StringNotEquals':{" + SHA + "'IMAGE'}}")),
                row(
                        "Deny of the positive",
                        NO_ATTESTATION,
                        ROOT,
                        deny("'kms:Decrypt'", "{'StringEquals':{" + SHA + "'IMAGE'}}")),
                row(
                        "Deny of PCR1",
                        OTHER_IMAGE,
                        ROOT,
                        deny(
                                "'kms:Decrypt','kms:ReEncryptFrom'",
                                "{'StringNotEquals':{'kms:RecipientAttestation:PCR1':'IMAGE'}}")),
                row(
                        "Deny with two registers, of which one is enough",
                        OTHER_IMAGE,
                        ROOT,
                        deny(
                                "'kms:Decrypt','kms:ReEncryptFrom'",
                                "{'StringNotEquals':{" + SHA + "'IMAGE','kms:RecipientAttestation:PCR8':'OTHER'}}")),
                row(
                        "Deny like",
                        OTHER_IMAGE,
                        ROOT,
                        deny("'kms:Decrypt','kms:ReEncryptFrom'", "{'StringNotLike':{" + SHA + "'a*'}}")),
                row(
                        "Deny with nothing to compare",
                        NO_ATTESTATION,
                        ROOT,
                        deny("'kms:Decrypt'", "{'StringNotEquals':{" + SHA + "[]}}")),
                row(
                        "Deny with an unknown member",
                        "is not understood: the member 'Until'",
                        ROOT,
                        DENY.replace("{'Effect'", "{'Until':'x','Effect'")),
                row("unknown effect", "is not understood: the effect 'allow'", DENY.replace("'Deny'", "'allow'")),
                row("conditions that are no object", "is not understood: its conditions", decrypt("'none'")),
                row(
                        "no principal",
                        "is not understood: its principals",
                        "{'Effect':'Allow','Action':'kms:Decrypt','Resource':'*'}"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("tight")
    void tightPolicy_hasNoFinding(String name, String expected, List<String> statements) throws Exception {
        assertThat(findings(statements)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("loose")
    void loosePolicy_isFoundOut(String name, String expected, List<String> statements) throws Exception {
        assertThat(findings(statements)).anySatisfy(found -> assertThat(found).contains(expected));
    }

    @Test
    void administrationByTheOwner_isNoted() throws Exception {
        assertThat(PolicyAudit.of(KEY, policy(List.of(ROOT, DENY)), List.of(), List.of()))
                .singleElement()
                .satisfies(note -> {
                    assertThat(note.weight()).isEqualTo(Weight.NOTE);
                    assertThat(note.text()).contains("account 111122223333", "replace this policy");
                });
    }

    @Test
    void imageThatIsNotExpected_isFound() throws Exception {
        String policy = policy(List.of(decrypt("{'StringEquals':{" + SHA + "['IMAGE','OTHER']}}")));
        assertThat(PolicyAudit.of(KEY, policy, List.of(), List.of(IMAGE, OTHER)))
                .isEmpty();
        assertThat(PolicyAudit.of(KEY, policy, List.of(), List.of(IMAGE)))
                .singleElement()
                .satisfies(found -> assertThat(found.text()).contains("attestation of image " + OTHER));
        assertThat(PolicyAudit.namedImages(KEY, policy)).containsExactly(IMAGE, OTHER);
    }

    @Test
    void grants_areJudgedByWhatTheDenyStops() throws Exception {
        Grant grant = new Grant("g1", "arn:aws:iam::444455556666:role/Host", Set.of("Decrypt", "ReEncryptFrom"));
        assertThat(PolicyAudit.of(KEY, policy(List.of(decrypt(IS))), List.of(grant), List.of()))
                .extracting(Finding::weight)
                .containsExactly(Weight.FINDING, Weight.FINDING);
        assertThat(PolicyAudit.of(KEY, policy(List.of(decrypt(IS), DENY)), List.of(grant), List.of()))
                .extracting(Finding::weight)
                .containsExactly(Weight.NOTE, Weight.NOTE);
        Grant service = new Grant("g2", "ec2.eu-west-1.amazonaws.com", Set.of("Decrypt"));
        assertThat(PolicyAudit.of(KEY, policy(List.of(decrypt(IS), DENY)), List.of(service), List.of()))
                .extracting(Finding::weight)
                .containsExactly(Weight.FINDING);
        Grant harmless = new Grant("g3", "arn:aws:iam::444455556666:role/Host", Set.of("Encrypt", "DescribeKey"));
        assertThat(PolicyAudit.of(KEY, policy(List.of(decrypt(IS))), List.of(harmless), List.of()))
                .isEmpty();
    }

    @Test
    void multiRegionKey_mayBeCopiedUnderAnotherPolicy() throws Exception {
        String key = KEY.replace("key/", "key/mrk-");
        assertThat(PolicyAudit.of(key, policy(List.of(DENY, allow("'kms:R*'", "{}"))), List.of(), List.of()))
                .anySatisfy(found -> assertThat(found.text()).contains("kms:ReplicateKey"));
    }

    @Test
    void noPolicy_isRefused() {
        for (String text : List.of(
                "", "[]", "{}", "{\"Statement\":1}", "{\"Statement\":[1]}", "{\"Statement\":[],\"Statement\":[]}")) {
            assertThatThrownBy(() -> PolicyAudit.of(KEY, text, List.of(), List.of()))
                    .as(text)
                    .isInstanceOf(UnreadablePolicyException.class);
        }
    }

    @Test
    void controlCharacters_doNotReachTheTerminal() throws Exception {
        String policy =
                "{\"Statement\":{\"Sid\":\"x\\u001b[2J\",\"Effect\":\"Allow\",\"Principal\":\"*\\u202e\",\"Action\":\"*\"}}";
        assertThat(PolicyAudit.of(KEY, policy, List.of(), List.of()))
                .allSatisfy(found -> assertThat(found.place() + found.text()).doesNotContain("\u001b", "\u202e"));
    }

    private static List<String> findings(List<String> statements) throws Exception {
        return PolicyAudit.of(KEY, policy(statements), List.of(), List.of()).stream()
                .filter(found -> found.weight() == Weight.FINDING)
                .map(found -> found.place() + ": " + found.text())
                .toList();
    }

    private static String policy(List<String> statements) {
        return ("{'Version':'2012-10-17','Statement':[" + String.join(",", statements) + "]}")
                .replace("IMAGE", IMAGE)
                .replace("OTHER", OTHER)
                .replace("ZERO", "0".repeat(96))
                .replace('\'', '"');
    }
}
