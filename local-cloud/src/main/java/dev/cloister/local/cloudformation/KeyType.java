package dev.cloister.local.cloudformation;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.policy.MalformedPolicyException;
import dev.cloister.local.policy.PolicyParser;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** {@code AWS::KMS::Key}: symmetric encryption keys of one region. Deleting one schedules its deletion. */
final class KeyType implements ResourceType {
    private static final int DEFAULT_WAIT_DAYS = 30;

    @Override
    public Set<String> properties() {
        return Set.of(
                "KeyPolicy",
                "Description",
                "Enabled",
                "EnableKeyRotation",
                "RotationPeriodInDays",
                "PendingWindowInDays",
                "KeySpec",
                "KeyUsage",
                "MultiRegion",
                "BypassPolicyLockoutSafetyCheck",
                "Tags");
    }

    @Override
    public Set<String> required() {
        return Set.of();
    }

    @Override
    public void check(ObjectNode properties) throws StackException {
        if (properties.has("KeyPolicy")) {
            try {
                PolicyParser.parseKeyPolicy(JsonText.write(properties.path("KeyPolicy")));
            } catch (MalformedPolicyException e) {
                throw new StackException("MalformedPolicyDocumentException", String.valueOf(e.getMessage()));
            }
        }
    }

    @Override
    public String create(Deployment deployment, String logicalId, ObjectNode properties) throws StackException {
        ObjectNode members = JsonText.object();
        if (properties.has("KeyPolicy")) {
            members.put("Policy", JsonText.write(properties.path("KeyPolicy")));
        }
        for (String name : Set.of("Description", "KeySpec", "KeyUsage")) {
            if (properties.has(name)) {
                members.put(name, properties.path(name).asString());
            }
        }
        members.put("MultiRegion", isTrue(properties, "MultiRegion", false));
        members.put("BypassPolicyLockoutSafetyCheck", isTrue(properties, "BypassPolicyLockoutSafetyCheck", false));
        String id = deployment
                .kms("CreateKey", members)
                .path("KeyMetadata")
                .path("KeyId")
                .asString();
        if (!isTrue(properties, "Enabled", true)) {
            deployment.kms("DisableKey", "KeyId", id);
        }
        return id;
    }

    @Override
    public boolean mustReplace(ObjectNode before, ObjectNode after) {
        return ResourceType.differs("KeySpec", before, after)
                || ResourceType.differs("KeyUsage", before, after)
                || ResourceType.differs("MultiRegion", before, after);
    }

    @Override
    public void update(Deployment deployment, String physicalId, ObjectNode before, ObjectNode after)
            throws StackException {
        if (ResourceType.differs("Description", before, after)) {
            throw new StackException(
                    "UnsupportedOperationException", "the local cloud cannot change the description of a key");
        }
        if (ResourceType.differs("KeyPolicy", before, after)) {
            ObjectNode members = JsonText.object()
                    .put("KeyId", physicalId)
                    .put("Policy", JsonText.write(after.path("KeyPolicy")))
                    .put("BypassPolicyLockoutSafetyCheck", isTrue(after, "BypassPolicyLockoutSafetyCheck", false));
            deployment.kms("PutKeyPolicy", members);
        }
        boolean isEnabled = isTrue(after, "Enabled", true);
        if (isTrue(before, "Enabled", true) != isEnabled) {
            deployment.kms(isEnabled ? "EnableKey" : "DisableKey", "KeyId", physicalId);
        }
    }

    @Override
    public void delete(Deployment deployment, String physicalId, ObjectNode properties) throws StackException {
        ObjectNode members = JsonText.object()
                .put("KeyId", physicalId)
                .put(
                        "PendingWindowInDays",
                        properties.path("PendingWindowInDays").asInt(DEFAULT_WAIT_DAYS));
        deployment.kms("ScheduleKeyDeletion", members);
    }

    @Override
    public Map<String, String> attributes(String physicalId, ObjectNode properties, String account, String region) {
        return Map.of("Arn", "arn:aws:kms:" + region + ":" + account + ":key/" + physicalId, "KeyId", physicalId);
    }

    private static boolean isTrue(ObjectNode properties, String name, boolean otherwise) {
        return properties.has(name) ? properties.path(name).asString("").equals("true") : otherwise;
    }
}
