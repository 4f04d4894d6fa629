package dev.cloister.cdk;

import org.jspecify.annotations.Nullable;
import software.amazon.awscdk.CfnParameter;
import software.amazon.awscdk.Stack;
import software.constructs.Construct;

/**
 * The parameters of the stacks: what each value must look like, and what the console says when it does not. A value goes
 * into policies and names, so no pattern lets a wildcard, a space or a policy variable through.
 *
 * <p>A context value of the parameter's name ({@code cdk deploy -c NAME=VALUE}) is its default.
 */
enum Parameter {
    ACCOUNT("[0-9]{12}", "an AWS account number has 12 digits"),
    PARTY_NAME(
            "[A-Za-z0-9][A-Za-z0-9-]{0,62}",
            "a name of at most 63 letters, digits and hyphens that does not begin with a hyphen"),
    REPOSITORY("[A-Za-z0-9][A-Za-z0-9._-]{0,99}", "the name of a CodeCommit repository"),
    DIRECTORY(
            "[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*",
            "a path inside the repository, without a leading or a trailing slash"),
    S3_PATH(
            "(s3://)?[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9_=.-]+)+",
            "a place in a bucket as s3://BUCKET/PREFIX, without a trailing slash"),
    KEY_ALIAS(
            "alias/(?!aws/)[A-Za-z0-9/_-]{1,250}",
            "a key alias begins with alias/ and goes on with letters, digits, slashes, hyphens and underscores"),
    KEY_ARN(
            "arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})",
            "the ARN of a KMS key, as arn:aws:kms:REGION:ACCOUNT:key/ID; an alias does not do"),
    PRINCIPAL("root|role/[A-Za-z0-9+=,.@_/-]{1,512}", "'root' for the whole account, or role/NAME for one role of it"),
    SHA256("[0-9a-f]{64}", "a SHA-256 checksum has 64 hexadecimal digits in lower case"),
    BUCKET("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "the name of a bucket"),
    COUNT("[1-9][0-9]{0,6}", "a whole number above zero"),
    INSTANCE_TYPE("[a-z][a-z0-9-]*\\.[a-z0-9-]+", "an instance type such as c7g.2xlarge");

    private final String pattern;
    private final String constraint;

    Parameter(String pattern, String constraint) {
        this.pattern = pattern;
        this.constraint = constraint;
    }

    /** The whole of a value must match it. */
    String pattern() {
        return "^(" + pattern + ")$";
    }

    /** Adds a parameter that has no default. */
    String in(Stack stack, String name, String description) {
        return in(stack, name, description, null);
    }

    /**
     * Adds a parameter.
     *
     * @return a token that stands for its value
     */
    String in(Stack stack, String name, String description, @Nullable String preset) {
        return CfnParameter.Builder.create(stack, name)
                .type("String")
                .description(description)
                .allowedPattern(pattern())
                .constraintDescription(constraint)
                .defaultValue(context(stack, name, preset))
                .build()
                .getValueAsString();
    }

    static @Nullable String context(Construct scope, String name, @Nullable String preset) {
        return scope.getNode().tryGetContext(name) instanceof String value ? value : preset;
    }
}
