package dev.cloister.image.audit;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;

/**
 * Looks for ways to decrypt outside the pinned images: tries each action that leads to plaintext, for everybody that an
 * Allow or grant admits, in every {@link World} in which it must fail. A way counts as closed only when the Allow can
 * never hold there, or one Deny always does; conditions on anything but the attestation close nothing, since whoever asks
 * may meet them.
 *
 * <p>Not looked at: who can read the key's material from outside KMS where it was imported.
 */
public final class PolicyAudit {
    private static final String DECRYPT = "kms:Decrypt";
    private static final String RE_ENCRYPT = "kms:ReEncryptFrom";
    private static final List<World> NO_RECIPIENT = List.of(World.NO_ATTESTATION);
    private static final List<World> WORLDS =
            List.of(World.NO_ATTESTATION, World.OTHER_APPLICATION, World.OTHER_BOOT, World.DEBUG_MODE, World.NITRO_TPM);

    private final Policy policy;
    private final String owner;
    private final Collection<String> expected;
    private final SequencedSet<Finding> findings = new LinkedHashSet<>();

    private PolicyAudit(Policy policy, String owner, Collection<String> expected) {
        this.policy = policy;
        this.owner = owner;
        this.expected = expected;
    }

    /**
     * Judges a policy and the grants beside it.
     *
     * @param keyArn the key's ARN, whose account owns it
     * @param expected the images that may decrypt, in lower-case hexadecimal; empty to take those that the policy names
     */
    public static SequencedSet<Finding> of(
            String keyArn, String policyJson, Collection<Grant> grants, Collection<String> expected)
            throws UnreadablePolicyException {
        Policy policy = Policy.parse(keyArn, policyJson);
        PolicyAudit audit = new PolicyAudit(policy, account(keyArn), expected);
        policy.statements().forEach(audit::judge);
        grants.forEach(audit::judge);
        return audit.findings;
    }

    /**
     * Names the principals to whom IAM gives what a key policy leaves to the account that owns the key.
     *
     * @param iam of the caller's account; policies of another one's principals are passed over
     */
    public static SequencedSet<Finding> ofIam(
            String keyArn, String policyJson, Collection<IamPolicy> iam, Collection<String> expected)
            throws UnreadablePolicyException {
        Policy policy = Policy.parse(keyArn, policyJson);
        PolicyAudit audit = new PolicyAudit(policy, account(keyArn), expected);
        for (IamPolicy attached : iam) {
            try {
                audit.judge(attached, Policy.parse(keyArn, attached.json()));
            } catch (UnreadablePolicyException e) {
                audit.add(
                        Finding.Weight.UNREAD,
                        attached.principal(),
                        "has an IAM policy " + attached.name() + " that cannot be read");
            }
        }
        return audit.findings;
    }

    /** The images that a policy's conditions name. */
    public static SequencedSet<String> namedImages(String keyArn, String policyJson) throws UnreadablePolicyException {
        return Policy.parse(keyArn, policyJson).namedImages();
    }

    private static String account(String arn) {
        String[] parts = arn.split(":", -1);
        return parts.length > 4 ? parts[4] : "";
    }

    private void judge(IamPolicy attached, Policy document) {
        Who who = new Who("AWS", attached.principal());
        if (!who.account().equals(owner)) {
            return;
        }
        String place = "iam policy " + attached.name();
        for (World world : worlds()) {
            if (lets(document, DECRYPT, world) && !policy.stops(who, DECRYPT, world)) {
                add(Finding.Weight.FINDING, place, who.phrase() + " may decrypt " + world.phrase());
                break;
            }
        }
        if (lets(document, RE_ENCRYPT, World.NO_ATTESTATION) && !policy.stops(who, RE_ENCRYPT, World.NO_ATTESTATION)) {
            add(Finding.Weight.FINDING, place, who.phrase() + " may re-encrypt data keys to a key of their own");
        }
        String put = "kms:PutKeyPolicy";
        if (lets(document, put, World.NO_ATTESTATION) && !policy.stops(who, put, World.NO_ATTESTATION)) {
            add(Finding.Weight.NOTE, place, who.phrase() + " may replace the key policy (" + put + ")");
        }
    }

    /** Whether an IAM policy and the key policy, which leaves it to IAM, let an action through between them. */
    private boolean lets(Policy document, String action, World world) {
        return document.statements().stream().anyMatch(one -> one.mayAllow(action, world, policy.keyArn()))
                && policy.statements().stream()
                        .filter(one -> one.mayAllow(action, world, policy.keyArn()))
                        .flatMap(one -> one.admitted().stream())
                        .anyMatch(who -> who.isAccount() && who.account().equals(owner));
    }

    private void judge(Statement statement) {
        for (String oddity : statement.oddities()) {
            add(Finding.Weight.FINDING, statement.name(), "is not understood: " + oddity);
        }
        for (Who who : statement.admitted()) {
            judgeDecrypt(statement, who);
            judge(statement, who, RE_ENCRYPT, "re-encrypt data keys to a key of their own");
            if (!isClosed(Who.EVERYONE, DECRYPT) || !isClosed(Who.EVERYONE, RE_ENCRYPT)) {
                judge(statement, who, "kms:CreateGrant", "grant anyone to decrypt");
            }
            judgeAdministration(statement, who, "kms:PutKeyPolicy", "replace this policy, and then decrypt");
            if (policy.keyArn().contains(":key/mrk-")) {
                judgeAdministration(
                        statement, who, "kms:ReplicateKey", "copy the key to a Region under another policy");
            }
        }
    }

    private void judgeDecrypt(Statement statement, Who who) {
        for (World world : worlds()) {
            if (statement.mayAllow(DECRYPT, world, policy.keyArn()) && !policy.stops(who, DECRYPT, world)) {
                String text = who.phrase() + " may decrypt " + world.phrase() + although(statement, world);
                add(Finding.Weight.FINDING, statement.name(), text);
                if (world.kind() == World.Kind.NO_ATTESTATION) {
                    // Who needs no attestation does not need a wrong one.
                    return;
                }
            }
        }
    }

    private void judge(Statement statement, Who who, String action, String deed) {
        if (isOpen(statement, who, action)) {
            add(
                    Finding.Weight.FINDING,
                    statement.name(),
                    who.phrase() + " may " + deed + " (" + action + ")" + although(statement, World.NO_ATTESTATION));
        }
    }

    /** Somebody has to administrate a key; that it is its owner is no finding. */
    private void judgeAdministration(Statement statement, Who who, String action, String deed) {
        if (isOpen(statement, who, action)) {
            boolean isOwners = !owner.isEmpty() && who.account().equals(owner);
            add(
                    isOwners ? Finding.Weight.NOTE : Finding.Weight.FINDING,
                    statement.name(),
                    who.phrase() + " may " + deed + " (" + action + ")");
        }
    }

    private boolean isOpen(Statement statement, Who who, String action) {
        return statement.mayAllow(action, World.NO_ATTESTATION, policy.keyArn())
                && !policy.stops(who, action, World.NO_ATTESTATION);
    }

    private boolean isClosed(Who who, String action) {
        List<World> worlds = action.equals(DECRYPT) ? worlds() : NO_RECIPIENT;
        return worlds.stream().allMatch(world -> policy.stops(who, action, world));
    }

    private void judge(Grant grant) {
        Who who = grant.who();
        String place = "grant " + grant.id();
        if (grant.operations().contains("Decrypt")) {
            String deed = who.phrase() + " may decrypt without any attestation";
            add(weigh(who, DECRYPT), place, stopped(who, DECRYPT, deed));
        }
        if (grant.operations().contains("ReEncryptFrom")) {
            String deed = who.phrase() + " may re-encrypt data keys to a key of their own (kms:ReEncryptFrom)";
            add(weigh(who, RE_ENCRYPT), place, stopped(who, RE_ENCRYPT, deed));
        }
    }

    private Finding.Weight weigh(Who who, String action) {
        return policy.stops(who, action, World.NO_ATTESTATION) ? Finding.Weight.NOTE : Finding.Weight.FINDING;
    }

    private String stopped(Who who, String action, String deed) {
        return policy.stops(who, action, World.NO_ATTESTATION) ? deed + ", were it not for a Deny in the policy" : deed;
    }

    /** The worlds to try: those that are always wrong, and the images that are named and not expected. */
    private List<World> worlds() {
        List<World> worlds = new ArrayList<>(WORLDS);
        if (!expected.isEmpty()) {
            for (String image : policy.namedImages()) {
                if (!expected.contains(image)) {
                    worlds.add(World.of(image));
                }
            }
        }
        return worlds;
    }

    /** Why conditions that look like a guard are none. */
    private String although(Statement statement, World world) {
        List<String> looks = statement.conditions(condition -> World.isAttestation(condition.key()));
        List<String> others = statement.conditions(condition -> !World.isAttestation(condition.key()));
        String text = looks.isEmpty()
                ? ""
                : "; its condition " + String.join(", ", looks) + " does not prevent that "
                        + (statement.holds(world) == Truth.ALWAYS ? "at all" : "for sure");
        return others.isEmpty()
                ? text
                : text + "; it asks for " + String.join(", ", others) + ", which proves no image";
    }

    private void add(Finding.Weight weight, String place, String text) {
        findings.add(new Finding(weight, place, text));
    }
}
