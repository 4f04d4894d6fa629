package dev.cloister.image.audit;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Somebody a statement or grant names.
 *
 * @param type {@code AWS}, {@code Service} and so on
 * @param id as it stands there
 */
record Who(String type, String id) {
    static final Who EVERYONE = new Who("*", "*");

    private static final Pattern ACCOUNT = Pattern.compile("(?:arn:[a-z-]+:iam::)?([0-9]{12})(?::root)?");
    private static final Pattern ARN = Pattern.compile("arn:[a-z-]+:(?:iam|sts)::([0-9]{12}):.+");

    boolean isAnyone() {
        return Wildcard.isPattern(id);
    }

    /** Whether this is a whole account, whose IAM policies then decide. */
    boolean isAccount() {
        return type.equals("AWS") && ACCOUNT.matcher(id).matches();
    }

    /** The account that this one is of, or nothing where it is of none or of many. */
    String account() {
        for (Pattern pattern : new Pattern[] {ACCOUNT, ARN}) {
            Matcher matcher = pattern.matcher(id);
            if (type.equals("AWS") && matcher.matches()) {
                return matcher.group(1);
            }
        }
        return "";
    }

    /** For people, completed by "may …". */
    String phrase() {
        if (isAnyone()) {
            return type.equals("AWS") || type.equals("*") ? "anyone in any account" : "anyone of type " + type;
        }
        if (isAccount()) {
            return "whomever IAM policies of account " + account() + " allow it to";
        }
        return type.equals("AWS") ? id : "the " + type.toLowerCase(Locale.ROOT) + " " + id;
    }

    /** Whether a Deny that names this one surely holds for another. */
    boolean surelyIncludes(Who other) {
        if (id.equals("*")) {
            return type.equals("*") || other.type.equals("AWS") || (type.equals("AWS") && other.type.equals("*"));
        }
        // A Deny for an account is not relied upon for its roles, and an exact name only where it is one.
        return equals(other) && !isAnyone() && !isAccount();
    }
}
