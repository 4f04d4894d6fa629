package dev.cloister.local.kms;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloister.image.ImageMain;
import dev.cloister.local.Clients;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.account.Account;
import dev.cloister.local.account.TemporaryCredentials;
import dev.cloister.local.policy.InitialKeyPolicy;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.GrantOperation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** {@code cloister key} as its users call it, in a process of its own, on keys of a local cloud. */
class KeyCommandsTest {
    private static final String IMAGE = "ab".repeat(48);
    private static final String ROLE = "arn:aws:iam::111122223333:role/enclave-host";

    @TempDir
    Path folder;

    private LocalCloud cloud;
    private KmsClient owner;
    private @Nullable String iamEndpoint;

    @BeforeEach
    void start() throws Exception {
        // Requests of another process are signed by the machine's clock.
        cloud = LocalCloud.start(
                folder.resolve("state"), LocalCloudOptions.inRegion("us-east-1"), InstantSource.system());
        owner = Clients.kms(cloud, Account.thirdParty());
    }

    @AfterEach
    void stop() throws Exception {
        owner.close();
        cloud.close();
    }

    @Test
    void key_isTightOnceItsImageIsPinned_andNotWithAGrantBesideALoosePolicy() throws Exception {
        String key = owner.createKey().keyMetadata().arn();
        owner.createAlias(request -> request.aliasName("alias/enclavekey").targetKeyId(key));
        Result loose = key(Account.thirdParty(), "audit", "-k", "alias/enclavekey");
        assertThat(loose.status()).as(loose.err()).isEqualTo(1);
        assertThat(loose.out()).contains("IAM policies of account", "may decrypt without any attestation");

        owner.createGrant(request -> request.keyId(key)
                .granteePrincipal(ROLE)
                .operations(GrantOperation.DECRYPT)
                .name("g"));
        assertThat(key(Account.thirdParty(), "audit", "-k", key).out())
                .contains("finding: grant ", ROLE + " may decrypt without any attestation");

        Result pinned = key(Account.thirdParty(), "pin", "-k", key, "--pcr0", IMAGE, "--for", ROLE);
        assertThat(pinned.status()).as(pinned.err()).isZero();
        assertThat(pinned.out()).contains("+", IMAGE);
        Result tight = key(Account.thirdParty(), "audit", "-k", key, "--json", "--pcr0", IMAGE);
        assertThat(tight.status()).as(tight.out()).isZero();
        JsonNode json = JsonMapper.shared().readTree(tight.out());
        assertThat(json.path("Tight").asBoolean()).isTrue();
        assertThat(json.path("Images").toString()).isEqualTo("[\"" + IMAGE + "\"]");
        assertThat(json.path("Findings").toString()).contains("were it not for a Deny");
        assertThat(key(Account.thirdParty(), "audit", "-k", key, "--strict").status())
                .isEqualTo(1);
    }

    @Test
    void whatCannotBeRead_isNotTight() throws Exception {
        String key = owner.createKey().keyMetadata().arn();
        String policy =
                InitialKeyPolicy.of("444455556666").replace("\"Action\":\"kms:*\"", "\"NotAction\":\"kms:ListGrants\"");
        owner.putKeyPolicy(request -> request.keyId(key).policy(policy));
        Result audit = key(Account.thirdParty(), "audit", "-k", key);
        assertThat(audit.status()).as(audit.err()).isEqualTo(1);
        assertThat(audit.out()).contains("unread: grants: cannot be read", "not tight");
        assertThat(key(Account.host(), "audit", "-k", key).status()).isEqualTo(12);
    }

    @Test
    void keyToBeDeleted_isNotPinnedButUnpinned() throws Exception {
        String key = owner.createKey().keyMetadata().arn();
        owner.disableKey(request -> request.keyId(key));
        Result disabled = key(Account.thirdParty(), "pin", "-k", key, "--pcr0", IMAGE, "--for", ROLE);
        assertThat(disabled.status()).isEqualTo(1);
        assertThat(disabled.err()).contains("is disabled", "hint: ");
        assertThat(key(Account.thirdParty(), "unpin", "-k", key, "--pcr0", IMAGE)
                        .status())
                .isZero();
        owner.scheduleKeyDeletion(request -> request.keyId(key).pendingWindowInDays(7));
        assertThat(key(Account.thirdParty(), "pin", "-k", key, "--pcr0", IMAGE, "--for", ROLE)
                        .err())
                .contains("pending deletion");
    }

    /** IAM on two pages: a role with a policy of its own, and one that comes attached to a group. */
    @Test
    void iamPolicies_nameWhoMayWhatTheKeyPolicyLeavesToThem() throws Exception {
        String key = owner.createKey().keyMetadata().arn();
        String document = URLEncoder.encode(
                "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"kms:*\",\"Resource\":\"*\"}}",
                StandardCharsets.UTF_8);
        String account = "arn:aws:iam::444455556666:";
        String first = "<RoleDetailList><member><Arn>" + account + "role/deploy</Arn><RolePolicyList><member>"
                + "<PolicyName>inline</PolicyName><PolicyDocument>" + document + "</PolicyDocument></member>"
                + "</RolePolicyList></member></RoleDetailList><UserDetailList><member><Arn>" + account
                + "user/eve</Arn><GroupList><member>admins</member></GroupList></member></UserDetailList>"
                + "<IsTruncated>true</IsTruncated><Marker>more</Marker>";
        String second = "<GroupDetailList><member><GroupName>admins</GroupName><AttachedManagedPolicies><member>"
                + "<PolicyName>all</PolicyName><PolicyArn>" + account + "policy/all</PolicyArn></member>"
                + "</AttachedManagedPolicies></member></GroupDetailList><Policies><member><Arn>" + account
                + "policy/all</Arn><PolicyVersionList><member><Document>" + document
                + "</Document><IsDefaultVersion>true</IsDefaultVersion></member></PolicyVersionList></member></Policies>"
                + "<IsTruncated>false</IsTruncated>";
        try (FakeIam iam = new FakeIam(first, second)) {
            iamEndpoint = iam.endpoint();
            String loose = key(Account.thirdParty(), "audit", "-k", key).out();
            assertThat(loose)
                    .contains(
                            "finding: iam policy inline: " + account
                                    + "role/deploy may decrypt without any attestation",
                            "finding: iam policy " + account + "policy/all: " + account + "user/eve may decrypt");
            owner.putKeyPolicy(request -> request.keyId(key).policy(InitialKeyPolicy.of("444455556666")));
            Result tight = key(Account.thirdParty(), "audit", "-k", key);
            assertThat(tight.status()).as(tight.out()).isZero();
            assertThat(tight.out())
                    .contains("note: iam policy inline: " + account + "role/deploy may replace the key policy");
        }
    }

    private record Result(int status, String out, String err) {}

    private Result key(Account account, String... words) throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                ImageMain.class.getName(),
                "key"));
        command.addAll(List.of(words));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        TemporaryCredentials credentials = cloud.credentials(account);
        builder.environment()
                .putAll(Map.of(
                        "AWS_ACCESS_KEY_ID", credentials.accessKeyId(),
                        "AWS_SECRET_ACCESS_KEY", credentials.secretAccessKey(),
                        "AWS_SESSION_TOKEN", credentials.sessionToken(),
                        "AWS_REGION", cloud.endpoints().region(),
                        "AWS_ENDPOINT_URL_KMS", cloud.endpoints().kms().toString(),
                        "AWS_CA_BUNDLE",
                                cloud.endpoints().certificateAuthority().toString()));
        if (iamEndpoint != null) {
            builder.environment().put("AWS_ENDPOINT_URL_IAM", iamEndpoint);
        }
        Process process = builder.start();
        if (!process.waitFor(2, TimeUnit.MINUTES)) {
            process.destroyForcibly();
        }
        return new Result(
                process.waitFor(),
                Files.readString(out, StandardCharsets.UTF_8),
                Files.readString(err, StandardCharsets.UTF_8));
    }
}
