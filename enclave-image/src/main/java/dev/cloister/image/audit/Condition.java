package dev.cloister.image.audit;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * One key under one operator of a statement's conditions. What it means by the IAM user guide, "Condition operators":
 * values in one array are ORed, or for a negated operator none of them may be met; a key that is absent fails a
 * condition, unless the operator is negated, ends in {@code IfExists} or begins with {@code ForAllValues}.
 */
record Condition(String operator, String key, List<String> values) {
    private static final String IF_EXISTS = "ifexists";
    private static final Set<String> NEGATED = Set.of(
            "stringnotequals",
            "stringnotequalsignorecase",
            "stringnotlike",
            "numericnotequals",
            "datenotequals",
            "notipaddress",
            "arnnotequals",
            "arnnotlike");
    private static final Set<String> PLAIN = Set.of(
            "stringequals",
            "stringequalsignorecase",
            "stringlike",
            "numericequals",
            "numericlessthan",
            "numericlessthanequals",
            "numericgreaterthan",
            "numericgreaterthanequals",
            "dateequals",
            "datelessthan",
            "datelessthanequals",
            "dategreaterthan",
            "dategreaterthanequals",
            "bool",
            "binaryequals",
            "ipaddress",
            "arnequals",
            "arnlike");

    /** Whether it holds for a request. */
    Truth in(World world) {
        if (!World.isAttestation(key)) {
            return Truth.SOMETIMES;
        }
        return switch (world.register(key)) {
            case Register.Absent() -> whenAbsent();
            case Register.Exactly(String hex) -> whenPresent((pattern, like) -> meets(pattern, like, hex));
            case Register.Unseen() -> whenPresent(Condition::meetsUnseen);
            case Register.Anything() -> isNull() && sameNull() ? Truth.ALWAYS : Truth.SOMETIMES;
        };
    }

    /** As it stands in the policy, for people. */
    String text() {
        return operator + " " + key;
    }

    private Truth whenAbsent() {
        if (isNull()) {
            return nullTruth(true);
        }
        String name = lower();
        boolean ifExists = name.endsWith(IF_EXISTS);
        String base = baseName();
        if ((!NEGATED.contains(base) && !PLAIN.contains(base)) || values.isEmpty()) {
            return Truth.SOMETIMES;
        }
        if (name.startsWith("foranyvalue:")) {
            return ifExists ? Truth.SOMETIMES : Truth.NEVER;
        }
        return Truth.of(name.startsWith("forallvalues:") || ifExists || NEGATED.contains(base));
    }

    private Truth whenPresent(Meeting meeting) {
        if (isNull()) {
            return nullTruth(false);
        }
        String base = baseName();
        boolean isText = base.startsWith("string") && (NEGATED.contains(base) || PLAIN.contains(base));
        if (!isText || values.isEmpty()) {
            return Truth.SOMETIMES;
        }
        boolean like = base.endsWith("like");
        boolean ignoringCase = base.endsWith("ignorecase");
        Truth any = Truth.NEVER;
        for (String value : values) {
            any = any.or(meeting.of(ignoringCase ? value.toLowerCase(Locale.ROOT) : value, like));
        }
        return NEGATED.contains(base) ? any.not() : any;
    }

    /** How a value of the policy meets what a register holds. */
    private interface Meeting {
        Truth of(String value, boolean like);
    }

    private static Truth meets(String value, boolean like, String hex) {
        if (value.contains("${")) {
            return Truth.SOMETIMES;
        }
        BiPredicate<String, String> test = like ? Wildcard::matches : String::equals;
        return Truth.of(test.test(value, hex));
    }

    private static Truth meetsUnseen(String value, boolean like) {
        if (value.contains("${")) {
            return Truth.SOMETIMES;
        }
        if (!like || !Wildcard.isPattern(value)) {
            return Truth.NEVER;
        }
        return Wildcard.matchesEveryRegister(value) ? Truth.ALWAYS : Truth.SOMETIMES;
    }

    private boolean isNull() {
        return lower().equals("null");
    }

    /** {@code Null} with both values asks nothing. */
    private boolean sameNull() {
        return nullTruth(true) == Truth.ALWAYS && nullTruth(false) == Truth.ALWAYS;
    }

    private Truth nullTruth(boolean absent) {
        if (values.isEmpty() || !values.stream().allMatch(v -> v.equals("true") || v.equals("false"))) {
            return Truth.SOMETIMES;
        }
        return Truth.of(values.contains(Boolean.toString(absent)));
    }

    private String lower() {
        return operator.toLowerCase(Locale.ROOT);
    }

    /** The operator without quantifier and {@code IfExists}. */
    private String baseName() {
        String name = lower();
        name = name.substring(name.indexOf(':') + 1);
        return name.endsWith(IF_EXISTS) ? name.substring(0, name.length() - IF_EXISTS.length()) : name;
    }
}
