package dev.cloister.local.kms;

import dev.cloister.local.policy.AccessRequest;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.Authorizer;
import dev.cloister.local.policy.ConditionKeys;
import dev.cloister.local.policy.Decision;
import dev.cloister.local.policy.Identities;

/** Refuses calls that the policies do not allow. */
final class Access {
    private final Identities identities;
    private final GrantStore grants;

    Access(Identities identities, GrantStore grants) {
        this.identities = identities;
        this.grants = grants;
    }

    /** For an operation on a key. */
    void toKey(KmsCall call, KeyRecord key) throws KmsException {
        toKey(call, key, call.attributes());
    }

    /** For an operation on a key, with what its request says under further condition keys. */
    void toKey(KmsCall call, KeyRecord key, Attributes.Builder attributes) throws KmsException {
        call.concerns(key);
        AccessRequest request = request(call, call.action(), key, attributes);
        Decision decision = Authorizer.decide(
                request, identities.of(call.caller()), key.policy().parsed());
        // A grant takes the place of an Allow; a Deny stands above both.
        boolean isGranted = !decision.isDenied() && grants.permit(key.id(), call.caller(), call.operation());
        if (!isGranted) {
            refuseUnless(decision, request);
        }
    }

    /** For an operation that concerns no key. */
    void toService(KmsCall call, Attributes.Builder attributes) throws KmsException {
        toOwn(call, "*", attributes);
    }

    /** For an operation on something of the caller's own that has no policy, such as an alias. */
    void toOwn(KmsCall call, String resource, Attributes.Builder attributes) throws KmsException {
        AccessRequest request = new AccessRequest(
                call.caller(), call.action(), resource, call.caller().account(), attributes.build());
        refuseUnless(Authorizer.decide(request, identities.of(call.caller()), null), request);
    }

    /** Whether the caller could put a policy again after this one. */
    boolean couldPutPolicy(KmsCall call, KeyRecord key, KeyPolicy policy) {
        AccessRequest request = request(call, "kms:PutKeyPolicy", key, call.attributes());
        return Authorizer.decide(request, identities.of(call.caller()), policy.parsed())
                .isAllowed();
    }

    private static AccessRequest request(KmsCall call, String action, KeyRecord key, Attributes.Builder attributes) {
        attributes.put(ConditionKeys.RESOURCE_ACCOUNT, key.account());
        attributes.put(ConditionKeys.KEY_SPEC, KeyOperations.KEY_SPEC);
        attributes.put(ConditionKeys.KEY_USAGE, KeyOperations.KEY_USAGE);
        return new AccessRequest(call.caller(), action, key.arn(), key.account(), attributes.build());
    }

    private static void refuseUnless(Decision decision, AccessRequest request) throws KmsException {
        if (!decision.isAllowed()) {
            throw new KmsException(KmsError.ACCESS_DENIED, decision.message(request));
        }
    }
}
