package dev.cloister.envelope;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ARN of a KMS key (not of an alias), docs/format/envelope-v1.md section 2.3. */
public record KmsKeyArn(String value) {
    private static final Pattern FORM = Pattern.compile("arn:aws(?:-[a-z]{1,16}){0,4}"
            + ":kms:(?<region>[a-z]{2,16}(?:-[a-z]{1,16}){1,4}-[0-9]{1,2})"
            + ":(?<account>[0-9]{12})"
            + ":key/(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|mrk-[0-9a-f]{32})");

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if it does not have exactly that form
     */
    public KmsKeyArn {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException("not the ARN of a KMS key");
        }
    }

    /** For example {@code eu-central-1}. */
    public String region() {
        return part("region");
    }

    /** 12 digits. */
    public String account() {
        return part("account");
    }

    @Override
    public String toString() {
        return value;
    }

    private String part(String group) {
        Matcher matcher = FORM.matcher(value);
        if (!matcher.matches()) {
            throw new IllegalStateException("checked when it was made");
        }
        return matcher.group(group);
    }
}
