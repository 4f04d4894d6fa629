package dev.cloister.local.policy;

import java.util.Locale;
import java.util.Optional;

/** The comparisons that a condition can make of one value of the request with one value of the policy. */
enum ConditionOperator {
    STRING_EQUALS("StringEquals", Comparison.EXACT, false),
    STRING_NOT_EQUALS("StringNotEquals", Comparison.EXACT, true),
    STRING_EQUALS_IGNORE_CASE("StringEqualsIgnoreCase", Comparison.IGNORE_CASE, false),
    STRING_NOT_EQUALS_IGNORE_CASE("StringNotEqualsIgnoreCase", Comparison.IGNORE_CASE, true),
    STRING_LIKE("StringLike", Comparison.WILDCARDS, false),
    STRING_NOT_LIKE("StringNotLike", Comparison.WILDCARDS, true),
    ARN_EQUALS("ArnEquals", Comparison.ARN, false),
    ARN_NOT_EQUALS("ArnNotEquals", Comparison.ARN, true),
    ARN_LIKE("ArnLike", Comparison.ARN, false),
    ARN_NOT_LIKE("ArnNotLike", Comparison.ARN, true),
    BOOL("Bool", Comparison.IGNORE_CASE, false),
    /** Asks whether the key is absent, so {@link Condition} answers it without comparing values. */
    NULL("Null", Comparison.EXACT, false);

    private enum Comparison {
        EXACT,
        IGNORE_CASE,
        WILDCARDS,
        ARN
    }

    private final String policyName;
    private final Comparison comparison;
    private final boolean isNegated;

    ConditionOperator(String policyName, Comparison comparison, boolean isNegated) {
        this.policyName = policyName;
        this.comparison = comparison;
        this.isNegated = isNegated;
    }

    static Optional<ConditionOperator> named(String name) {
        for (ConditionOperator operator : values()) {
            if (operator.policyName.equals(name)) {
                return Optional.of(operator);
            }
        }
        return Optional.empty();
    }

    /** Whether it is one of those that are true when the key is absent. */
    boolean isNegated() {
        return isNegated;
    }

    boolean takesBooleans() {
        return this == BOOL || this == NULL;
    }

    /** Whether a value of the request is one of the policy's; for a negated operator, whether it is none of them. */
    boolean holds(Iterable<String> policyValues, String requestValue) {
        for (String policyValue : policyValues) {
            if (matches(policyValue, requestValue)) {
                return !isNegated;
            }
        }
        return isNegated;
    }

    private boolean matches(String policy, String request) {
        return switch (comparison) {
            case EXACT -> request.equals(policy);
            case IGNORE_CASE -> request.toLowerCase(Locale.ROOT).equals(policy.toLowerCase(Locale.ROOT));
            case WILDCARDS -> Glob.matches(policy, request);
            case ARN -> Glob.arnMatches(policy, request);
        };
    }
}
