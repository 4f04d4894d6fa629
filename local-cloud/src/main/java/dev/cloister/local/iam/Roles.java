package dev.cloister.local.iam;

import dev.cloister.local.account.Account;
import dev.cloister.local.account.IdentityPolicy;
import dev.cloister.local.account.Session;
import dev.cloister.local.account.Sessions;
import dev.cloister.local.policy.AccessRequest;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.Authorizer;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.policy.Decision;
import dev.cloister.local.policy.Identities;
import dev.cloister.local.policy.Identity;
import dev.cloister.local.policy.MalformedPolicyException;
import dev.cloister.local.policy.Policy;
import dev.cloister.local.policy.PolicyParser;
import dev.cloister.local.state.PrivateFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The roles of all accounts: the one that each account is used through, which administers it, and those that were made
 * since. What was made is kept in a file, and is there before anyone sees it. Safe for use by several threads.
 */
public final class Roles implements Identities {
    private final Path file;
    private final List<Account> accounts;
    private final Identity administrator;
    private final Map<String, Role> byArn = new ConcurrentHashMap<>();
    private final Map<String, String> managedPolicies = new ConcurrentHashMap<>();
    private final ReentrantLock changes = new ReentrantLock();

    private Roles(Path file, List<Account> accounts, Identity administrator) {
        this.file = file;
        this.accounts = List.copyOf(accounts);
        this.administrator = administrator;
    }

    /** Opens the roles that a directory keeps. */
    public static Roles open(Path directory, List<Account> accounts) throws IOException {
        try {
            Roles roles = new Roles(
                    PrivateFiles.directory(directory).resolve("roles.json"),
                    accounts,
                    Identity.of(PolicyParser.parseIdentityPolicy(IdentityPolicy.TEXT)));
            if (Files.exists(roles.file)) {
                RoleFile.Content content = RoleFile.read(roles.file);
                content.roles().forEach(role -> roles.byArn.put(role.arn(), role));
                roles.managedPolicies.putAll(content.managedPolicies());
            }
            return roles;
        } catch (MalformedPolicyException e) {
            throw new IllegalStateException("the program's own policy cannot be read", e);
        }
    }

    @Override
    public Identity of(Caller caller) {
        return switch (caller.kind()) {
            case ROOT -> Identity.root();
            case SERVICE -> new Identity(List.of(), Optional.empty());
            case ROLE -> isAdministrator(caller) ? administrator : made(caller);
        };
    }

    private boolean isAdministrator(Caller caller) {
        return accounts.stream()
                .anyMatch(account ->
                        account.id().equals(caller.account()) && account.role().equals(caller.role()));
    }

    private Identity made(Caller caller) {
        Role role = byArn.get(caller.roleArn());
        try {
            return role == null ? new Identity(List.of(), Optional.empty()) : role.identity();
        } catch (MalformedPolicyException e) {
            throw new IllegalStateException("the policies of " + role.arn() + " cannot be read", e);
        }
    }

    /** Whether there is such a role, made here or an account's own. */
    public boolean exists(String arn) {
        return byArn.containsKey(arn)
                || accounts.stream()
                        .anyMatch(account -> account.caller().roleArn().equals(arn));
    }

    /** A role that was made, by its name without its path. */
    public Optional<Role> find(String account, String name) {
        return byArn.values().stream()
                .filter(role -> role.account().equals(account))
                .filter(role ->
                        role.name().substring(role.name().lastIndexOf('/') + 1).equals(name))
                .findFirst();
    }

    /** The document of a policy that roles name by its ARN. */
    public Optional<String> managedPolicy(String arn) {
        return Optional.ofNullable(managedPolicies.get(arn));
    }

    /** Keeps such a policy. Roles that have it already go on with what it said when they were made. */
    public void putManagedPolicy(String arn, String document) throws MalformedPolicyException {
        PolicyParser.parseIdentityPolicy(document);
        change(() -> managedPolicies.put(arn, document));
    }

    public void removeManagedPolicy(String arn) {
        change(() -> managedPolicies.remove(arn));
    }

    /** A role that was made. */
    public Optional<Role> find(String arn) {
        return Optional.ofNullable(byArn.get(arn));
    }

    /** Makes a role or replaces it, after reading all of its policies. */
    public void put(Role role) throws MalformedPolicyException {
        role.identity();
        role.trust();
        change(() -> byArn.put(role.arn(), role));
    }

    public void remove(String arn) {
        change(() -> byArn.remove(arn));
    }

    /**
     * Issues credentials of a role to someone whom its trust policy lets assume it.
     *
     * @param who a service on behalf of the role's account, or a role
     */
    public Session assume(
            Sessions sessions,
            Caller who,
            Attributes attributes,
            String arn,
            String sessionName,
            Instant now,
            Duration lifetime)
            throws AssumeRefusedException {
        Role role = byArn.get(arn);
        String action = "sts:AssumeRole";
        String account = arn.split(":", -1)[4];
        AccessRequest request = new AccessRequest(who, action, arn, account, attributes);
        if (role == null) {
            throw new AssumeRefusedException(Decision.NO_RESOURCE_POLICY_ALLOWS.message(request));
        }
        Decision decision = Authorizer.decide(request, of(who), trust(role));
        if (!decision.isAllowed()) {
            throw new AssumeRefusedException(decision.message(request));
        }
        return sessions.assume(new Caller(role.account(), role.name(), sessionName), now, lifetime);
    }

    private static Policy trust(Role role) {
        try {
            return role.trust();
        } catch (MalformedPolicyException e) {
            throw new IllegalStateException("the trust policy of " + role.arn() + " cannot be read", e);
        }
    }

    private void change(Runnable change) {
        changes.lock();
        try {
            Map<String, Role> roles = Map.copyOf(byArn);
            Map<String, String> policies = Map.copyOf(managedPolicies);
            change.run();
            try {
                RoleFile.write(file, new RoleFile.Content(List.copyOf(byArn.values()), managedPolicies));
            } catch (IOException e) {
                byArn.clear();
                byArn.putAll(roles);
                managedPolicies.clear();
                managedPolicies.putAll(policies);
                throw new UncheckedIOException("the state directory cannot be written", e);
            }
        } finally {
            changes.unlock();
        }
    }
}
