package dev.cloister.local.kms;

import dev.cloister.local.json.JsonText;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Grants: made, listed, revoked. They hold at once, so nobody needs their tokens. */
final class GrantOperations {
    private static final Pattern GRANTEE =
            Pattern.compile("arn:aws:iam::[0-9]{12}:(?:root|(?:role|user)/[\\w+=,.@/-]{1,512})");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9:/_-]{1,256}");

    /** What a grant on a symmetric key may allow. */
    private static final Set<String> OPERATIONS = Set.of(
            "CreateGrant",
            "Decrypt",
            "DescribeKey",
            "Encrypt",
            "GenerateDataKey",
            "GenerateDataKeyPair",
            "GenerateDataKeyPairWithoutPlaintext",
            "GenerateDataKeyWithoutPlaintext",
            "ReEncryptFrom",
            "ReEncryptTo",
            "RetireGrant");

    private static final int ID_BYTES = 32;

    private final GrantStore grants;
    private final KeyLookup lookup;
    private final Access access;
    private final SecureRandom random;

    GrantOperations(GrantStore grants, KeyLookup lookup, Access access, SecureRandom random) {
        this.grants = grants;
        this.lookup = lookup;
        this.access = access;
        this.random = random;
    }

    Map<String, Operation> operations() {
        return Map.of(
                "CreateGrant", Operation.of(this::create, "GranteePrincipal", "KeyId", "Name", "Operations"),
                "ListGrants", Operation.of(this::list, "GrantId", "GranteePrincipal", "KeyId", "Limit", "Marker"),
                "RevokeGrant", Operation.of(this::revoke, "GrantId", "KeyId"));
    }

    private ObjectNode create(KmsCall call) throws KmsException {
        Members members = call.members();
        String grantee = members.requiredText("GranteePrincipal");
        String name = members.text("Name").orElse("");
        List<String> operations = members.texts("Operations");
        if (!GRANTEE.matcher(grantee).matches()) {
            throw new KmsException(KmsError.INVALID_ARN, "ARN does not refer to a valid principal: " + grantee);
        }
        if (operations.isEmpty() || !OPERATIONS.containsAll(operations)) {
            throw KmsException.validation(
                    "Operations must be some of " + OPERATIONS.stream().sorted().toList());
        }
        if (!name.isEmpty() && !NAME.matcher(name).matches()) {
            throw KmsException.validation("Name is not a valid name of a grant");
        }
        KeyRecord key = lookup.required(call);
        access.toKey(call, key);
        KeyOperations.refuseUnusable(key);
        GrantRecord wanted = new GrantRecord(
                HexFormat.of().formatHex(randomBytes()),
                key.id(),
                name,
                grantee,
                call.caller().account(),
                List.copyOf(operations),
                call.now());
        // A name makes the call repeatable: the same again gives the grant that is there.
        Optional<GrantRecord> present = grants.of(key.id()).stream()
                .filter(grant -> !name.isEmpty() && grant.saysTheSameAs(wanted))
                .findFirst();
        if (present.isEmpty()) {
            grants.add(wanted);
        }
        return JsonText.object()
                .put("GrantId", present.orElse(wanted).id())
                .put("GrantToken", Base64.getEncoder().encodeToString(randomBytes()));
    }

    private ObjectNode list(KmsCall call) throws KmsException {
        KeyRecord key = lookup.required(call);
        access.toKey(call, key);
        Optional<String> id = call.members().text("GrantId");
        Optional<String> grantee = call.members().text("GranteePrincipal");
        List<GrantRecord> all = grants.of(key.id()).stream()
                .filter(grant -> grant.id().equals(id.orElse(grant.id())))
                .filter(grant -> grant.grantee().equals(grantee.orElse(grant.grantee())))
                .toList();
        Members.Page<GrantRecord> page = call.members().page(all);
        ObjectNode answer = JsonText.object();
        ArrayNode list = answer.putArray("Grants");
        page.items().forEach(grant -> describe(list.addObject(), grant, key));
        page.describe(answer);
        return answer;
    }

    private static void describe(ObjectNode json, GrantRecord grant, KeyRecord key) {
        json.put("KeyId", key.arn())
                .put("GrantId", grant.id())
                .put("CreationDate", KeyOperations.epochSeconds(grant.created()))
                .put("GranteePrincipal", grant.grantee())
                .put("IssuingAccount", "arn:aws:iam::" + grant.issuer() + ":root");
        if (!grant.name().isEmpty()) {
            json.put("Name", grant.name());
        }
        grant.operations().forEach(json.putArray("Operations")::add);
    }

    private ObjectNode revoke(KmsCall call) throws KmsException {
        String id = call.members().requiredText("GrantId");
        KeyRecord key = lookup.required(call);
        access.toKey(call, key);
        GrantRecord grant = grants.of(key.id()).stream()
                .filter(found -> found.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new KmsException(KmsError.NOT_FOUND, "Grant ID " + id + " not found"));
        grants.remove(grant);
        return JsonText.object();
    }

    private byte[] randomBytes() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return bytes;
    }
}
