package dev.cloister.local.kms;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.ConditionKeys;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Keys' lives: made, described, switched on and off, deleted after a wait. */
final class KeyOperations {
    static final String KEY_SPEC = "SYMMETRIC_DEFAULT";
    static final String KEY_USAGE = "ENCRYPT_DECRYPT";
    private static final int MAX_DESCRIPTION = 8192;
    private static final int MIN_WAIT_DAYS = 7;
    private static final int MAX_WAIT_DAYS = 30;

    private final KeyStore store;
    private final KeyLookup lookup;
    private final Access access;
    private final Supplier<KeyIdentity> identities;

    /** A new key's id and material. */
    record KeyIdentity(UUID id, KeyMaterial material) {}

    KeyOperations(KeyStore store, KeyLookup lookup, Access access, Supplier<KeyIdentity> identities) {
        this.store = store;
        this.lookup = lookup;
        this.access = access;
        this.identities = identities;
    }

    Map<String, Operation> operations() {
        return Map.of(
                "CreateKey",
                Operation.of(
                        this::createKey,
                        "BypassPolicyLockoutSafetyCheck",
                        "CustomerMasterKeySpec",
                        "Description",
                        "KeySpec",
                        "KeyUsage",
                        "MultiRegion",
                        "Origin",
                        "Policy"),
                "DescribeKey",
                Operation.of(this::describeKey, "GrantTokens", "KeyId"),
                "ListKeys",
                Operation.of(this::listKeys, "Limit", "Marker"),
                "EnableKey",
                Operation.of(call -> setEnabled(call, true), "KeyId"),
                "DisableKey",
                Operation.of(call -> setEnabled(call, false), "KeyId"),
                "ScheduleKeyDeletion",
                Operation.of(this::scheduleDeletion, "KeyId", "PendingWindowInDays"),
                "CancelKeyDeletion",
                Operation.of(this::cancelDeletion, "KeyId"));
    }

    private ObjectNode createKey(KmsCall call) throws KmsException {
        Members members = call.members();
        refuseOtherKinds(members);
        String description = members.text("Description").orElse("");
        if (description.length() > MAX_DESCRIPTION) {
            throw KmsException.validation("Description is longer than " + MAX_DESCRIPTION + " characters");
        }
        boolean bypass = members.flag("BypassPolicyLockoutSafetyCheck");
        Attributes.Builder attributes = call.attributes()
                .put(ConditionKeys.KEY_SPEC, KEY_SPEC)
                .put(ConditionKeys.KEY_USAGE, KEY_USAGE)
                .put(ConditionKeys.BYPASS_LOCKOUT_CHECK, Boolean.toString(bypass));
        access.toService(call, attributes);
        String account = call.caller().account();
        KeyPolicy policy =
                PolicyOperations.parse(members.text("Policy").orElseGet(() -> KeyPolicy.defaultText(account)));
        KeyIdentity identity = identities.get();
        KeyRecord key = new KeyRecord(
                identity.id(),
                account,
                call.region(),
                call.now(),
                description,
                true,
                Optional.empty(),
                policy,
                identity.material());
        PolicyOperations.refuseLockout(access, call, key, policy, bypass);
        store.add(key);
        call.concerns(key);
        return JsonText.object().set("KeyMetadata", metadata(key));
    }

    private static void refuseOtherKinds(Members members) throws KmsException {
        boolean isOther = !members.text("KeySpec").orElse(KEY_SPEC).equals(KEY_SPEC)
                || !members.text("CustomerMasterKeySpec").orElse(KEY_SPEC).equals(KEY_SPEC)
                || !members.text("KeyUsage").orElse(KEY_USAGE).equals(KEY_USAGE)
                || !members.text("Origin").orElse("AWS_KMS").equals("AWS_KMS")
                || members.flag("MultiRegion");
        if (isOther) {
            throw new KmsException(
                    KmsError.UNSUPPORTED_OPERATION,
                    "the local cloud makes symmetric encryption keys of one region only");
        }
    }

    private ObjectNode describeKey(KmsCall call) throws KmsException {
        call.members().refuseGrantTokens();
        KeyRecord key = lookup.required(call);
        access.toKey(call, key);
        return JsonText.object().set("KeyMetadata", metadata(key));
    }

    private ObjectNode listKeys(KmsCall call) throws KmsException {
        access.toService(call, call.attributes());
        List<KeyRecord> all = store.list(call.caller().account(), call.region(), call.now());
        Members.Page<KeyRecord> page = call.members().page(all);
        ObjectNode answer = JsonText.object();
        ArrayNode keys = answer.putArray("Keys");
        page.items()
                .forEach(key ->
                        keys.addObject().put("KeyId", key.id().toString()).put("KeyArn", key.arn()));
        page.describe(answer);
        return answer;
    }

    private ObjectNode setEnabled(KmsCall call, boolean enabled) throws KmsException {
        KeyRecord key = ownKey(call);
        refuseIfPendingDeletion(key);
        store.update(key.id(), current -> current.withEnabled(enabled));
        return JsonText.object();
    }

    private ObjectNode scheduleDeletion(KmsCall call) throws KmsException {
        int days = call.members()
                .number("PendingWindowInDays", MIN_WAIT_DAYS, MAX_WAIT_DAYS)
                .orElse(MAX_WAIT_DAYS);
        KeyRecord key = ownKey(call);
        refuseIfPendingDeletion(key);
        Instant date = call.now().plus(Duration.ofDays(days));
        store.update(key.id(), current -> current.withDeletionDate(Optional.of(date)));
        return JsonText.object()
                .put("KeyId", key.arn())
                .put("DeletionDate", epochSeconds(date))
                .put("KeyState", "PendingDeletion")
                .put("PendingWindowInDays", days);
    }

    private ObjectNode cancelDeletion(KmsCall call) throws KmsException {
        KeyRecord key = ownKey(call);
        if (key.deletionDate().isEmpty()) {
            throw new KmsException(KmsError.INVALID_STATE, key.arn() + " is not pending deletion.");
        }
        store.update(key.id(), current -> current.withDeletionDate(Optional.empty()));
        return JsonText.object().put("KeyId", key.arn());
    }

    /** The key, after the policies; KMS lets no other account manage it, whatever they say. */
    private KeyRecord ownKey(KmsCall call) throws KmsException {
        KeyRecord key = lookup.required(call);
        access.toKey(call, key);
        refuseOtherAccount(call, key);
        return key;
    }

    /** For the operations that KMS does not offer across accounts, whatever the policies say. */
    static void refuseOtherAccount(KmsCall call, KeyRecord key) throws KmsException {
        if (!key.account().equals(call.caller().account())) {
            throw new KmsException(
                    KmsError.ACCESS_DENIED,
                    "The account " + call.caller().account() + " may not perform " + call.action()
                            + " on a key of another account");
        }
    }

    static void refuseIfPendingDeletion(KeyRecord key) throws KmsException {
        if (key.deletionDate().isPresent()) {
            throw new KmsException(KmsError.INVALID_STATE, key.arn() + " is pending deletion.");
        }
    }

    /** For operations that use the key. */
    static void refuseUnusable(KeyRecord key) throws KmsException {
        refuseIfPendingDeletion(key);
        if (!key.isEnabled()) {
            throw new KmsException(KmsError.DISABLED, key.arn() + " is disabled.");
        }
    }

    private static ObjectNode metadata(KeyRecord key) {
        ObjectNode json = JsonText.object()
                .put("AWSAccountId", key.account())
                .put("KeyId", key.id().toString())
                .put("Arn", key.arn())
                .put("CreationDate", epochSeconds(key.created()))
                .put("Enabled", key.isEnabled())
                .put("Description", key.description())
                .put("KeyUsage", KEY_USAGE)
                .put("KeyState", key.state())
                .put("Origin", "AWS_KMS")
                .put("KeyManager", "CUSTOMER")
                .put("CustomerMasterKeySpec", KEY_SPEC)
                .put("KeySpec", KEY_SPEC)
                .put("MultiRegion", false);
        json.putArray("EncryptionAlgorithms").add(KEY_SPEC);
        key.deletionDate().ifPresent(date -> json.put("DeletionDate", epochSeconds(date)));
        return json;
    }

    static double epochSeconds(Instant instant) {
        return instant.toEpochMilli() / 1000.0;
    }
}
