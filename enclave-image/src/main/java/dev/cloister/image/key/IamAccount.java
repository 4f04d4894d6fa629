package dev.cloister.image.key;

import dev.cloister.cli.CommandException;
import dev.cloister.cli.ExitStatus;
import dev.cloister.image.audit.IamPolicy;
import dev.cloister.upload.AwsClients;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.GetAccountAuthorizationDetailsResponse;
import software.amazon.awssdk.services.iam.model.GroupDetail;
import software.amazon.awssdk.services.iam.model.ManagedPolicyDetail;
import software.amazon.awssdk.services.iam.model.PolicyDetail;
import software.amazon.awssdk.services.iam.model.PolicyVersion;
import software.amazon.awssdk.services.iam.model.RoleDetail;
import software.amazon.awssdk.services.iam.model.UserDetail;

/** The IAM policies of the caller's account, all pages of them. */
public final class IamAccount {
    private static final List<String> KMS_ENDPOINTS = List.of("AWS_ENDPOINT_URL_KMS", "AWS_ENDPOINT_URL");
    private static final List<String> IAM_ENDPOINTS = List.of("AWS_ENDPOINT_URL_IAM", "AWS_ENDPOINT_URL");

    private final Map<String, String> managed = new HashMap<>();
    private final Map<String, List<Document>> groups = new HashMap<>();
    private final List<RoleDetail> roles = new ArrayList<>();
    private final List<UserDetail> users = new ArrayList<>();

    /** A policy before it is known to whom it belongs. */
    private record Document(String name, String json) {}

    private IamAccount() {}

    /**
     * Reads the policies of every role and user.
     *
     * @throws CommandException when they cannot be read, which is not to be taken for none
     */
    public static List<IamPolicy> policies() throws CommandException {
        // Where KMS is not AWS's, neither are the credentials: they have no business at AWS's IAM.
        if (isSet(KMS_ENDPOINTS) && !isSet(IAM_ENDPOINTS)) {
            throw unreadable("KMS is at an endpoint of its own, and AWS_ENDPOINT_URL_IAM names none for IAM", null);
        }
        IamAccount account = new IamAccount();
        try (IamClient iam = AwsClients.iam()) {
            iam.getAccountAuthorizationDetailsPaginator().forEach(account::add);
        } catch (SdkException e) {
            throw unreadable(String.valueOf(e.getMessage()), e);
        }
        return account.all();
    }

    private void add(GetAccountAuthorizationDetailsResponse page) {
        for (ManagedPolicyDetail policy : page.policies()) {
            policy.policyVersionList().stream()
                    .filter(PolicyVersion::isDefaultVersion)
                    .forEach(version -> managed.put(policy.arn(), decode(version.document())));
        }
        for (GroupDetail group : page.groupDetailList()) {
            groups.put(group.groupName(), documents(group.groupPolicyList(), group.attachedManagedPolicies()));
        }
        roles.addAll(page.roleDetailList());
        users.addAll(page.userDetailList());
    }

    private List<IamPolicy> all() {
        List<IamPolicy> all = new ArrayList<>();
        for (RoleDetail role : roles) {
            add(all, role.arn(), documents(role.rolePolicyList(), role.attachedManagedPolicies()));
        }
        for (UserDetail user : users) {
            add(all, user.arn(), documents(user.userPolicyList(), user.attachedManagedPolicies()));
            user.groupList().forEach(group -> add(all, user.arn(), groups.getOrDefault(group, List.of())));
        }
        return all;
    }

    /** Managed policies may come on a later page, so their documents are looked up when all have been read. */
    private void add(List<IamPolicy> all, String principal, List<Document> documents) {
        for (Document document : documents) {
            String json = document.json().isEmpty() ? managed.getOrDefault(document.name(), "") : document.json();
            all.add(new IamPolicy(principal, document.name(), json));
        }
    }

    private static List<Document> documents(List<PolicyDetail> inline, List<AttachedPolicy> attached) {
        List<Document> documents = new ArrayList<>();
        inline.forEach(policy -> documents.add(new Document(policy.policyName(), decode(policy.policyDocument()))));
        attached.forEach(policy -> documents.add(new Document(policy.policyArn(), "")));
        return documents;
    }

    private static String decode(String document) {
        return URLDecoder.decode(document, StandardCharsets.UTF_8);
    }

    private static boolean isSet(List<String> variables) {
        return variables.stream().map(System::getenv).anyMatch(value -> value != null && !value.isBlank());
    }

    private static CommandException unreadable(String why, @Nullable Exception cause) {
        return new CommandException(ExitStatus.FAILED, why, "allow iam:GetAccountAuthorizationDetails", cause);
    }
}
