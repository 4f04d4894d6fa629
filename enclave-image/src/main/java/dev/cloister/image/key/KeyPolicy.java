package dev.cloister.image.key;

import dev.cloister.image.eif.Pcr;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The policy of a third party's key, edited as JSON, statement by Sid. Immutable; every edit gives a new policy and
 * leaves all other statements as they are.
 *
 * <p>Two statements carry the decision which images may decrypt:
 *
 * <ul>
 *   <li>{@value #ALLOW_SID} lets the hosts' roles call {@code kms:Decrypt}, and nothing else, with an attestation
 *       document whose PCR0 is one of the pinned images.
 *   <li>{@value #DENY_SID} denies everyone {@code kms:Decrypt} unless PCR0 is one of them. Without it the usual
 *       statement that gives the account's root {@code kms:*} would let any IAM policy or grant of the third party's
 *       account decrypt without attestation. A request without attestation has no PCR0, and a negated operator holds
 *       when its key is absent, so such requests are denied too. {@code kms:ReEncryptFrom}, which could carry a data
 *       key over to another key, knows no attestation and is therefore denied always.
 * </ul>
 *
 * <p>The Deny names no other action, so administration, {@code PutKeyPolicy} included, and
 * {@code GenerateDataKey}, which the third party's encryptor needs, stay open. Whoever may call {@code PutKeyPolicy}
 * can of course take it away.
 *
 * <p>Traps, and how this class stays clear of them. Keys inside one operator are ANDed: a second key in the Deny would
 * make it hold only when both differ, so a Deny with anything but this one key is refused. Values in one array are ORed
 * for a positive operator and "none of them" for a negated one, so all images stand in one array. An empty array is no
 * valid condition: without images the Allow goes and the Deny loses its condition, so that it denies everything.
 * Conditions that somebody added to the Allow narrow it and are kept. PCR0 is all zeros in debug mode, where the parent
 * reads the enclave's console: zeros are never pinned. The Allow is for all pinned images and all its hosts alike.
 */
public final class KeyPolicy {
    /** Lets the hosts decrypt inside pinned images. */
    public static final String ALLOW_SID = "AllowHostDecryptFromPinnedImages";

    /** Denies everyone to decrypt anywhere else. */
    public static final String DENY_SID = "DenyDecryptWithoutPinnedImage";

    /** The condition key that holds PCR0 of an attestation document. */
    static final String IMAGE_KEY = "kms:RecipientAttestation:ImageSha384";

    static final String ALLOW_OPERATOR = "StringEqualsIgnoreCase";
    static final String DENY_OPERATOR = "StringNotEqualsIgnoreCase";

    /** KMS takes no larger policy. */
    private static final int MAX_POLICY = 32768;

    private static final String HOST = "arn:aws[a-z-]*:iam::[0-9]{12}:(root|(role|user)/[\\w+=,.@/-]{1,512})";

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private final ObjectNode policy;

    private KeyPolicy(ObjectNode policy) {
        this.policy = policy;
    }

    /**
     * Reads a policy.
     *
     * @throws KeyPolicyException when it is no policy, or one of the two statements is not of the form written here
     */
    public static KeyPolicy parse(String json) throws KeyPolicyException {
        if (json.length() > MAX_POLICY) {
            throw unusable("it has " + json.length() + " characters");
        }
        try {
            if (!(JSON.readTree(json) instanceof ObjectNode policy)) {
                throw unusable("it is not a JSON object");
            }
            normalizeStatements(policy);
            KeyPolicy parsed = new KeyPolicy(policy);
            parsed.images();
            return parsed;
        } catch (JacksonException e) {
            throw unusable("it is not JSON");
        }
    }

    private static void normalizeStatements(ObjectNode policy) throws KeyPolicyException {
        JsonNode statements = policy.path("Statement");
        if (statements instanceof ObjectNode only) {
            policy.putArray("Statement").add(only);
        } else if (!(statements instanceof ArrayNode)) {
            throw unusable("it has no statements");
        }
        for (JsonNode statement : policy.path("Statement")) {
            if (!statement.isObject()) {
                throw unusable("a statement is not an object");
            }
        }
    }

    /**
     * The images that may decrypt as things stand: those that the Allow names and the Deny, if there is one, spares.
     * All-zero values are not counted.
     */
    public SequencedSet<Pcr> images() throws KeyPolicyException {
        Optional<ObjectNode> allow = statement(ALLOW_SID);
        Optional<ObjectNode> deny = statement(DENY_SID);
        SequencedSet<Pcr> images = new LinkedHashSet<>();
        if (allow.isPresent()) {
            images.addAll(StatementShape.allowedImages(allow.get()));
        }
        if (deny.isPresent()) {
            images.retainAll(StatementShape.sparedImages(deny.get()));
        }
        images.removeIf(Pcr::isZero);
        return images;
    }

    /** The principals that may decrypt inside those images. */
    public SequencedSet<String> hosts() throws KeyPolicyException {
        Optional<ObjectNode> allow = statement(ALLOW_SID);
        return allow.isPresent() ? StatementShape.hosts(allow.get()) : new LinkedHashSet<>();
    }

    /** Whether the Deny is there, without which others than the hosts may be able to decrypt. */
    public boolean deniesOthers() throws KeyPolicyException {
        return statement(DENY_SID).isPresent();
    }

    /**
     * Adds images, and hosts that may decrypt in any of the pinned ones.
     *
     * @param hosts ARNs of IAM roles, or of accounts whose own IAM policies choose the roles; may be empty when the policy already names one
     * @throws KeyPolicyException for an all-zero image, for something that is neither role nor account, and when no host is known
     */
    public KeyPolicy pin(Collection<Pcr> images, Collection<String> hosts) throws KeyPolicyException {
        SequencedSet<Pcr> allImages = images();
        for (Pcr image : images) {
            if (image.isZero()) {
                throw new KeyPolicyException(
                        "an all-zero PCR0 is that of any enclave in debug mode",
                        "pin the PCR0 of the image, as 'cloister image describe' prints it");
            }
            allImages.add(image);
        }
        SequencedSet<String> allHosts = hosts();
        for (String host : hosts) {
            if (!host.matches(HOST)) {
                throw new KeyPolicyException(
                        "not the ARN of an IAM role or account: '" + host + "'",
                        "give the parent instance's role as arn:aws:iam::ACCOUNT:role/NAME");
            }
            allHosts.add(host);
        }
        if (allHosts.isEmpty()) {
            throw new KeyPolicyException("no host may decrypt yet", "name the host's role with --for");
        }
        return with(allImages, allHosts);
    }

    /**
     * Adds images and hosts as {@link #pin(Collection, Collection)} does, on a key that can be used.
     *
     * @throws KeyPolicyException also for a key that is disabled or to be deleted, and for hosts of another partition,
     *     which can never call it
     */
    public KeyPolicy pin(KeyFacts key, Collection<Pcr> images, Collection<String> hosts) throws KeyPolicyException {
        key.demandUsable();
        for (String host : hosts) {
            String[] parts = host.split(":", -1);
            if (parts.length > 1 && !parts[1].equals(key.partition())) {
                throw new KeyPolicyException(
                        "the host is of partition " + parts[1] + " and the key of " + key.partition(),
                        "credentials of one partition are worth nothing in another; name a role of " + key.partition());
            }
        }
        return pin(images, hosts);
    }

    /** Removes images; those that are not pinned are ignored. */
    public KeyPolicy unpin(Collection<Pcr> images) throws KeyPolicyException {
        SequencedSet<Pcr> remaining = images();
        remaining.removeAll(images);
        return with(remaining, hosts());
    }

    private KeyPolicy with(SequencedSet<Pcr> images, SequencedSet<String> hosts) throws KeyPolicyException {
        if (says(images, hosts)) {
            return this;
        }
        KeyPolicy edited = new KeyPolicy(policy.deepCopy());
        if (images.isEmpty()) {
            edited.remove(ALLOW_SID);
        } else {
            ObjectNode allow = edited.statement(ALLOW_SID).orElseGet(() -> edited.append(ALLOW_SID));
            StatementShape.writeAllow(allow, images, hosts);
        }
        ObjectNode deny = edited.statement(DENY_SID).orElseGet(() -> edited.append(DENY_SID));
        StatementShape.writeDeny(deny, images);
        if (edited.toJson().length() > MAX_POLICY) {
            throw new KeyPolicyException(
                    "the policy would be larger than KMS allows", "unpin images that are no longer in use");
        }
        return edited;
    }

    /** Compares meaning and not text, because KMS gives a policy back in a form of its own. */
    private boolean says(SequencedSet<Pcr> images, SequencedSet<String> hosts) throws KeyPolicyException {
        Optional<ObjectNode> allow = statement(ALLOW_SID);
        Optional<ObjectNode> deny = statement(DENY_SID);
        boolean isAllowed = allow.isEmpty()
                ? images.isEmpty()
                : StatementShape.allowedImages(allow.get()).equals(images) && hosts().equals(hosts);
        return isAllowed && deny.isPresent() && StatementShape.deniesAllBut(deny.get(), images);
    }

    private Optional<ObjectNode> statement(String sid) throws KeyPolicyException {
        List<JsonNode> found = policy.path("Statement")
                .valueStream()
                .filter(statement -> statement.path("Sid").asString("").equals(sid))
                .toList();
        if (found.size() > 1) {
            throw unusable("it has several statements " + sid);
        }
        return found.stream().map(statement -> (ObjectNode) statement).findFirst();
    }

    private ObjectNode append(String sid) {
        return ((ArrayNode) policy.path("Statement")).addObject().put("Sid", sid);
    }

    private void remove(String sid) {
        ArrayNode statements = (ArrayNode) policy.path("Statement");
        for (int i = statements.size() - 1; i >= 0; i--) {
            if (statements.path(i).path("Sid").asString("").equals(sid)) {
                statements.remove(i);
            }
        }
    }

    /** The policy on several lines, members in the order they had. */
    public String toJson() {
        return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(policy);
    }

    static KeyPolicyException unusable(String fault) {
        return new KeyPolicyException(
                "the key policy cannot be edited: " + fault, "correct the policy in the KMS console first");
    }
}
