package dev.cloister.local.kms;

import dev.cloister.local.json.JsonText;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Aliases: names that an account gives to its keys. Whoever changes one needs leave for the alias and for the key. */
final class AliasOperations {
    private static final String RESERVED = "alias/aws/";

    private final KeyStore store;
    private final KeyLookup lookup;
    private final Access access;

    AliasOperations(KeyStore store, KeyLookup lookup, Access access) {
        this.store = store;
        this.lookup = lookup;
        this.access = access;
    }

    Map<String, Operation> operations() {
        return Map.of(
                "CreateAlias", Operation.of(this::create, "AliasName", "TargetKeyId"),
                "UpdateAlias", Operation.of(this::update, "AliasName", "TargetKeyId"),
                "DeleteAlias", Operation.of(this::delete, "AliasName"),
                "ListAliases", Operation.of(this::list, "KeyId", "Limit", "Marker"));
    }

    private ObjectNode create(KmsCall call) throws KmsException {
        String name = name(call);
        KeyRecord target = target(call, name);
        KeyOperations.refuseIfPendingDeletion(target);
        Alias alias = new Alias(call.caller().account(), call.region(), name, target.id(), call.now(), call.now());
        if (!store.addAlias(alias)) {
            throw new KmsException(
                    KmsError.ALREADY_EXISTS, "An alias with the name " + alias.arn() + " already exists");
        }
        return JsonText.object();
    }

    private ObjectNode update(KmsCall call) throws KmsException {
        String name = name(call);
        KeyRecord target = target(call, name);
        KeyOperations.refuseIfPendingDeletion(target);
        store.putAlias(existing(call, name).withTarget(target.id(), call.now()));
        return JsonText.object();
    }

    private ObjectNode delete(KmsCall call) throws KmsException {
        String name = name(call);
        access.toOwn(call, arn(call, name), call.attributes());
        Alias alias = existing(call, name);
        KeyRecord target = lookup.find(alias.target().toString(), call);
        access.toKey(call, target);
        store.removeAlias(alias);
        return JsonText.object();
    }

    private ObjectNode list(KmsCall call) throws KmsException {
        access.toService(call, call.attributes());
        List<Alias> all = store.listAliases(call.caller().account(), call.region());
        if (call.members().has("KeyId")) {
            KeyRecord key = lookup.required(call);
            all = all.stream().filter(alias -> alias.target().equals(key.id())).toList();
        }
        Members.Page<Alias> page = call.members().page(all);
        ObjectNode answer = JsonText.object();
        ArrayNode aliases = answer.putArray("Aliases");
        page.items()
                .forEach(alias -> aliases.addObject()
                        .put("AliasName", alias.name())
                        .put("AliasArn", alias.arn())
                        .put("TargetKeyId", alias.target().toString())
                        .put("CreationDate", KeyOperations.epochSeconds(alias.created()))
                        .put("LastUpdatedDate", KeyOperations.epochSeconds(alias.updated())));
        page.describe(answer);
        return answer;
    }

    private static String name(KmsCall call) throws KmsException {
        String name = call.members().requiredText("AliasName");
        if (!KeyLookup.ALIAS_NAME.matcher(name).matches() || name.startsWith(RESERVED)) {
            throw new KmsException(
                    KmsError.INVALID_ALIAS_NAME, "Alias must start with the prefix \"alias/\", not \"alias/aws/\"");
        }
        return name;
    }

    private KeyRecord target(KmsCall call, String name) throws KmsException {
        access.toOwn(call, arn(call, name), call.attributes());
        String id = call.members().requiredText("TargetKeyId");
        if (id.contains("alias/")) {
            throw KmsException.validation("Aliases must refer to keys. Not aliases");
        }
        KeyRecord key = lookup.find(id, call);
        access.toKey(call, key);
        KeyOperations.refuseOtherAccount(call, key);
        return key;
    }

    private Alias existing(KmsCall call, String name) throws KmsException {
        return store.findAlias(arn(call, name))
                .orElseThrow(() -> new KmsException(KmsError.NOT_FOUND, "Alias " + arn(call, name) + " is not found."));
    }

    private static String arn(KmsCall call, String name) {
        return "arn:aws:kms:" + call.region() + ":" + call.caller().account() + ":" + name;
    }
}
