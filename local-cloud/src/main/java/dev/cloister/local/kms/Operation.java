package dev.cloister.local.kms;

import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/**
 * An operation of the API.
 *
 * @param members the request members it knows
 */
record Operation(Set<String> members, Body body) {
    /** What the operation does. */
    interface Body {
        /** The answer; an empty object where the operation has none. */
        ObjectNode run(KmsCall call) throws KmsException;
    }

    static Operation of(Body body, String... members) {
        return new Operation(Set.of(members), body);
    }
}
