package dev.cloister.local.kms;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.policy.ConditionKeys;
import dev.cloister.local.policy.MalformedPolicyException;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Key policies, read and replaced. A key has exactly one, named {@code default}. */
final class PolicyOperations {
    private static final String ONLY_POLICY = "default";

    private final KeyStore store;
    private final KeyLookup lookup;
    private final Access access;

    PolicyOperations(KeyStore store, KeyLookup lookup, Access access) {
        this.store = store;
        this.lookup = lookup;
        this.access = access;
    }

    Map<String, Operation> operations() {
        return Map.of(
                "GetKeyPolicy", Operation.of(this::get, "KeyId", "PolicyName"),
                "PutKeyPolicy",
                        Operation.of(this::put, "BypassPolicyLockoutSafetyCheck", "KeyId", "Policy", "PolicyName"),
                "ListKeyPolicies", Operation.of(this::list, "KeyId", "Limit", "Marker"));
    }

    private ObjectNode get(KmsCall call) throws KmsException {
        KeyRecord key = lookup.required(call);
        access.toKey(call, key);
        KeyOperations.refuseOtherAccount(call, key);
        checkName(call);
        return JsonText.object().put("Policy", key.policy().text()).put("PolicyName", ONLY_POLICY);
    }

    private ObjectNode put(KmsCall call) throws KmsException {
        String text = call.members().requiredText("Policy");
        boolean bypass = call.members().flag("BypassPolicyLockoutSafetyCheck");
        KeyRecord key = lookup.required(call);
        access.toKey(call, key, call.attributes().put(ConditionKeys.BYPASS_LOCKOUT_CHECK, Boolean.toString(bypass)));
        KeyOperations.refuseOtherAccount(call, key);
        KeyOperations.refuseIfPendingDeletion(key);
        checkName(call);
        KeyPolicy policy = parse(text);
        refuseLockout(access, call, key, policy, bypass);
        store.update(key.id(), current -> current.withPolicy(policy));
        return JsonText.object();
    }

    private ObjectNode list(KmsCall call) throws KmsException {
        KeyRecord key = lookup.required(call);
        access.toKey(call, key);
        KeyOperations.refuseOtherAccount(call, key);
        ObjectNode answer = JsonText.object();
        answer.putArray("PolicyNames").add(ONLY_POLICY);
        return answer.put("Truncated", false);
    }

    private static void checkName(KmsCall call) throws KmsException {
        if (!call.members().text("PolicyName").orElse(ONLY_POLICY).equals(ONLY_POLICY)) {
            throw new KmsException(KmsError.NOT_FOUND, "No such policy exists");
        }
    }

    static KeyPolicy parse(String text) throws KmsException {
        try {
            return KeyPolicy.parse(text);
        } catch (MalformedPolicyException e) {
            throw new KmsException(KmsError.MALFORMED_POLICY, String.valueOf(e.getMessage()));
        }
    }

    /** The lockout safety check: whoever puts a policy must be able to put another one. */
    static void refuseLockout(Access access, KmsCall call, KeyRecord key, KeyPolicy policy, boolean bypass)
            throws KmsException {
        if (!bypass && !access.couldPutPolicy(call, key, policy)) {
            throw new KmsException(
                    KmsError.MALFORMED_POLICY,
                    "The new key policy will not allow you to update the key policy in the future.");
        }
    }
}
