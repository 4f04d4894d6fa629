package dev.cloister.local.cloudformation;

import dev.cloister.local.sigv4.CanonicalUri;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A request of the query protocol: {@code Action=NAME&Version=DATE&NAME=VALUE&LIST.member.1.NAME=VALUE…}. */
public final class Form {
    private final Map<String, String> values;

    private Form(Map<String, String> values) {
        this.values = values;
    }

    /** Takes a body apart; of a name that stands there twice nothing is believed. */
    public static Form parse(String body) throws StackException {
        Map<String, String> values = new TreeMap<>();
        for (Map.Entry<String, String> parameter : CanonicalUri.parameters(body.replace('+', ' '))) {
            if (values.put(parameter.getKey(), parameter.getValue()) != null) {
                throw StackException.validation("The parameter " + parameter.getKey() + " stands there twice");
            }
        }
        return new Form(values);
    }

    public Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).filter(value -> !value.isEmpty());
    }

    public String required(String name) throws StackException {
        return text(name)
                .orElseThrow(() -> StackException.validation("1 validation error detected: Value null at '" + name
                        + "' failed to satisfy constraint: Member must not be null"));
    }

    boolean isTrue(String name) {
        return text(name).orElse("").equals("true");
    }

    /** The texts of a list. */
    List<String> list(String name) {
        List<String> items = new ArrayList<>();
        for (int i = 1; values.containsKey(name + ".member." + i); i++) {
            items.add(values.get(name + ".member." + i));
        }
        return items;
    }

    /** A list of structures as a map from one member of each to another. */
    Map<String, String> map(String name, String key, String value) {
        Map<String, String> map = new TreeMap<>();
        for (int i = 1; values.containsKey(name + ".member." + i + "." + key); i++) {
            String item = values.get(name + ".member." + i + "." + value);
            if (item != null) {
                map.put(String.valueOf(values.get(name + ".member." + i + "." + key)), item);
            }
        }
        return map;
    }

    /** The keys of those structures that ask to keep the value a parameter had before. */
    List<String> kept(String name) {
        List<String> keys = new ArrayList<>();
        for (int i = 1; values.containsKey(name + ".member." + i + ".ParameterKey"); i++) {
            if (isTrue(name + ".member." + i + ".UsePreviousValue")) {
                keys.add(String.valueOf(values.get(name + ".member." + i + ".ParameterKey")));
            }
        }
        return keys;
    }

    /** Refuses parameters that an action does not know, as leaving one out could mean to do more than was asked. */
    public void requireKnown(Set<String> known) throws StackException {
        for (String name : values.keySet()) {
            int dot = name.indexOf('.');
            String base = dot < 0 ? name : name.substring(0, dot);
            if (!known.contains(base) && !Set.of("Action", "Version").contains(base)) {
                throw StackException.validation("the local cloud does not support the parameter " + base);
            }
        }
    }
}
