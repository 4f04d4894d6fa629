package dev.cloister.local.kms;

import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds the key that a {@code KeyId} names: key id, key ARN, alias name or alias ARN. */
final class KeyLookup {
    static final Pattern ALIAS_NAME = Pattern.compile("alias/[a-zA-Z0-9/_-]{1,250}");
    private static final Pattern KEY_ID =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern ARN = Pattern.compile("arn:aws:kms:([a-z0-9-]+):([0-9]{12}):(?:key/(.+)|(alias/.+))");

    private final KeyStore store;

    KeyLookup(KeyStore store) {
        this.store = store;
    }

    /** The key named by the member {@code KeyId}; in the caller's account and region unless it is an ARN. */
    KeyRecord required(KmsCall call) throws KmsException {
        return find(call.members().requiredText("KeyId"), call);
    }

    KeyRecord find(String name, KmsCall call) throws KmsException {
        String account = call.caller().account();
        if (KEY_ID.matcher(name).matches()) {
            return byId(name, account, call);
        }
        if (ALIAS_NAME.matcher(name).matches()) {
            return byAlias("arn:aws:kms:" + call.region() + ":" + account + ":" + name, call);
        }
        Matcher arn = ARN.matcher(name);
        if (!arn.matches()) {
            throw new KmsException(KmsError.NOT_FOUND, "Invalid keyId '" + name + "'");
        }
        if (!arn.group(1).equals(call.region())) {
            throw new KmsException(KmsError.NOT_FOUND, "Invalid arn " + arn.group(1));
        }
        if (arn.group(3) == null) {
            return byAlias(name, call);
        }
        if (!KEY_ID.matcher(arn.group(3)).matches()) {
            throw new KmsException(KmsError.NOT_FOUND, "Invalid keyId '" + arn.group(3) + "'");
        }
        return byId(arn.group(3), arn.group(2), call);
    }

    private KeyRecord byId(String id, String account, KmsCall call) throws KmsException {
        Optional<KeyRecord> key = store.find(UUID.fromString(id), call.now());
        return key.filter(found ->
                        found.account().equals(account) && found.region().equals(call.region()))
                .orElseThrow(() -> new KmsException(
                        KmsError.NOT_FOUND,
                        "Key 'arn:aws:kms:" + call.region() + ":" + account + ":key/" + id + "' does not exist"));
    }

    private KeyRecord byAlias(String arn, KmsCall call) throws KmsException {
        return store.findAlias(arn)
                .flatMap(alias -> store.find(alias.target(), call.now()))
                .orElseThrow(() -> new KmsException(KmsError.NOT_FOUND, "Alias " + arn + " is not found."));
    }
}
