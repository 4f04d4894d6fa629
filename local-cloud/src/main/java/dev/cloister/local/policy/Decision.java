package dev.cloister.local.policy;

/** Whether a request is allowed, and which kind of policy decided. */
public enum Decision {
    ALLOWED,
    DENIED_BY_RESOURCE_POLICY,
    DENIED_BY_IDENTITY_POLICY,
    DENIED_BY_BOUNDARY,
    NO_RESOURCE_POLICY_ALLOWS,
    NO_IDENTITY_POLICY_ALLOWS,
    NO_BOUNDARY_ALLOWS;

    public boolean isAllowed() {
        return this == ALLOWED;
    }

    /** Whether a policy says no, and not just nothing. */
    public boolean isDenied() {
        return this == DENIED_BY_RESOURCE_POLICY || this == DENIED_BY_IDENTITY_POLICY;
    }

    /** The sentence AWS answers a refused request with. */
    public String message(AccessRequest request) {
        String subject = "User: " + request.caller().sessionArn() + " is not authorized to perform: " + request.action()
                + " on resource: " + request.resource();
        return switch (this) {
            case ALLOWED -> throw new IllegalStateException("an allowed request has no refusal");
            case DENIED_BY_RESOURCE_POLICY -> subject + " with an explicit deny in a resource-based policy";
            case DENIED_BY_IDENTITY_POLICY -> subject + " with an explicit deny in an identity-based policy";
            case DENIED_BY_BOUNDARY -> subject + " with an explicit deny in a permissions boundary";
            case NO_RESOURCE_POLICY_ALLOWS ->
                subject + " because no resource-based policy allows the " + request.action() + " action";
            case NO_IDENTITY_POLICY_ALLOWS ->
                subject + " because no identity-based policy allows the " + request.action() + " action";
            case NO_BOUNDARY_ALLOWS ->
                subject + " because no permissions boundary allows the " + request.action() + " action";
        };
    }
}
