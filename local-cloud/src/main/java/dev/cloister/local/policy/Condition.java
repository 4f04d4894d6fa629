package dev.cloister.local.policy;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One line of a Condition block: an operator, a key, and the values of which one must match.
 *
 * @param quantifier how several values of the request are taken together
 * @param ifExists whether the condition holds where the key is absent
 */
record Condition(Quantifier quantifier, ConditionOperator operator, boolean ifExists, String key, List<String> values) {

    /** The set operators. */
    enum Quantifier {
        NONE,
        FOR_ALL_VALUES,
        FOR_ANY_VALUE
    }

    boolean holds(Attributes attributes) {
        Optional<List<String>> request = attributes.get(key);
        if (operator == ConditionOperator.NULL) {
            boolean wantsAbsent = values.stream()
                    .anyMatch(value -> value.toLowerCase(Locale.ROOT).equals("true"));
            boolean wantsPresent = values.stream()
                    .anyMatch(value -> value.toLowerCase(Locale.ROOT).equals("false"));
            return request.isEmpty() ? wantsAbsent : wantsPresent;
        }
        if (request.isEmpty()) {
            return switch (quantifier) {
                case FOR_ALL_VALUES -> true;
                case FOR_ANY_VALUE -> ifExists;
                case NONE -> ifExists || operator.isNegated();
            };
        }
        return switch (quantifier) {
            case FOR_ALL_VALUES -> request.get().stream().allMatch(this::holdsFor);
            case FOR_ANY_VALUE -> request.get().stream().anyMatch(this::holdsFor);
            // A single-valued key. Should it hold several after all, a negated operator must hold for each.
            case NONE ->
                operator.isNegated()
                        ? request.get().stream().allMatch(this::holdsFor)
                        : request.get().stream().anyMatch(this::holdsFor);
        };
    }

    private boolean holdsFor(String requestValue) {
        return operator.holds(values, requestValue);
    }
}
