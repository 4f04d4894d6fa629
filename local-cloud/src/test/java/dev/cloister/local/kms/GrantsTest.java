package dev.cloister.local.kms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloister.image.audit.Finding;
import dev.cloister.image.audit.Finding.Weight;
import dev.cloister.image.audit.Grant;
import dev.cloister.image.audit.PolicyAudit;
import dev.cloister.local.AdjustableClock;
import dev.cloister.local.Clients;
import dev.cloister.local.LocalCloud;
import dev.cloister.local.LocalCloudOptions;
import dev.cloister.local.account.Account;
import dev.cloister.local.policy.InitialKeyPolicy;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.kms.model.GrantListEntry;
import software.amazon.awssdk.services.kms.model.GrantOperation;
import software.amazon.awssdk.services.kms.model.KmsException;

/** Grants as a client of the AWS SDK makes and sees them, and what an audit says of them. */
class GrantsTest {
    private static final String ROLE = "arn:aws:iam::111122223333:role/enclave-host";

    @TempDir
    Path state;

    private LocalCloud cloud;
    private KmsClient owner;
    private KmsClient host;

    @BeforeEach
    void start() throws Exception {
        cloud = LocalCloud.start(state, LocalCloudOptions.inRegion("us-east-1"), new AdjustableClock());
        owner = Clients.kms(cloud, Account.thirdParty());
        host = Clients.kms(cloud, Account.host());
    }

    @AfterEach
    void stop() throws Exception {
        owner.close();
        host.close();
        cloud.close();
    }

    @Test
    void grant_letsItsGranteeDecryptUntilItIsRevoked() {
        String key = owner.createKey().keyMetadata().arn();
        SdkBytes blob = encrypt(key);
        refused(() -> host.decrypt(request -> request.keyId(key).ciphertextBlob(blob)));
        String grant = grant(key, "host");
        assertThat(grant(key, "host")).isEqualTo(grant);
        assertThat(host.decrypt(request -> request.keyId(key).ciphertextBlob(blob))
                        .plaintext()
                        .asUtf8String())
                .isEqualTo("secret");
        refused(() -> host.encrypt(request -> request.keyId(key).plaintext(blob)));
        owner.revokeGrant(request -> request.keyId(key).grantId(grant));
        refused(() -> host.decrypt(request -> request.keyId(key).ciphertextBlob(blob)));
        assertThat(owner.listGrants(request -> request.keyId(key)).grants()).isEmpty();
    }

    @Test
    void denyOfThePolicy_standsAboveAGrant() {
        String key = owner.createKey().keyMetadata().arn();
        SdkBytes blob = encrypt(key);
        grant(key, "host");
        owner.putKeyPolicy(request -> request.keyId(key).policy(InitialKeyPolicy.of("444455556666")));
        refused(() -> host.decrypt(request -> request.keyId(key).ciphertextBlob(blob)));
    }

    @Test
    void manyGrants_comeInPagesAndOutliveARestart() throws Exception {
        String key = owner.createKey().keyMetadata().arn();
        for (int i = 0; i < 5; i++) {
            grant(key, "host-" + i);
        }
        stop();
        start();
        assertThat(owner.listGrants(request -> request.keyId(key).limit(2)).truncated())
                .isTrue();
        List<GrantListEntry> grants =
                owner.listGrantsPaginator(request -> request.keyId(key).limit(2)).grants().stream()
                        .toList();
        assertThat(grants)
                .extracting(GrantListEntry::name)
                .containsExactly("host-0", "host-1", "host-2", "host-3", "host-4");
        assertThat(grants).allSatisfy(grant -> {
            assertThat(grant.keyId()).isEqualTo(key);
            assertThat(grant.granteePrincipal()).isEqualTo(ROLE);
            assertThat(grant.operations()).containsExactly(GrantOperation.DECRYPT);
        });
    }

    @Test
    void audit_findsWhatAGrantOpens() throws Exception {
        String key = owner.createKey().keyMetadata().arn();
        grant(key, "host");
        List<Grant> grants = owner.listGrantsPaginator(request -> request.keyId(key)).grants().stream()
                .map(grant ->
                        new Grant(grant.grantId(), grant.granteePrincipal(), Set.copyOf(grant.operationsAsStrings())))
                .toList();
        String open = owner.getKeyPolicy(request -> request.keyId(key)).policy();
        assertThat(PolicyAudit.of(key, open, grants, List.of()))
                .anySatisfy(found -> assertThat(found.place()).startsWith("grant "));
        owner.putKeyPolicy(request -> request.keyId(key).policy(InitialKeyPolicy.of("444455556666")));
        String closed = owner.getKeyPolicy(request -> request.keyId(key)).policy();
        assertThat(PolicyAudit.of(key, closed, grants, List.of()))
                .extracting(Finding::weight)
                .containsOnly(Weight.NOTE);
    }

    @Test
    void grantThatIsNotUnderstood_isRefused() {
        String key = owner.createKey().keyMetadata().arn();
        refused(() -> owner.createGrant(request -> request.keyId(key)
                .granteePrincipal("arn:aws:iam::111122223333:*")
                .operations(GrantOperation.DECRYPT)));
        refused(() -> owner.createGrant(
                request -> request.keyId(key).granteePrincipal(ROLE).operations(GrantOperation.SIGN)));
        refused(() -> owner.createGrant(request -> request.keyId(key)
                .granteePrincipal(ROLE)
                .operations(GrantOperation.DECRYPT)
                .constraints(constraints -> constraints.encryptionContextEquals(Map.of("a", "b")))));
        refused(() -> host.listGrants(request -> request.keyId(key)));
        refused(() -> owner.revokeGrant(request -> request.keyId(key).grantId("0".repeat(64))));
    }

    private String grant(String key, String name) {
        return owner.createGrant(request -> request.keyId(key)
                        .granteePrincipal(ROLE)
                        .operations(GrantOperation.DECRYPT)
                        .name(name))
                .grantId();
    }

    private SdkBytes encrypt(String key) {
        return owner.encrypt(request -> request.keyId(key).plaintext(SdkBytes.fromUtf8String("secret")))
                .ciphertextBlob();
    }

    private static void refused(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(KmsException.class);
    }
}
