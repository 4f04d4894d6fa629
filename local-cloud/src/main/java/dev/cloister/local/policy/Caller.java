package dev.cloister.local.policy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who makes a request: a session of an IAM role, an account's root user, or an AWS service on behalf of an account.
 *
 * @param account the 12-digit account id
 * @param role the role's name, with its path in front where it has one; a service's name; empty for the root user
 * @param session the session's name; empty for the root user and for a service
 */
public record Caller(Kind kind, String account, String role, String session) {
    /** The kinds of principal that call here. */
    public enum Kind {
        ROLE,
        ROOT,
        SERVICE
    }

    private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");
    private static final Pattern ROLE = Pattern.compile("(?:[A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}");
    private static final Pattern SESSION = Pattern.compile("[A-Za-z0-9_+=,.@-]{2,64}");
    private static final Pattern SERVICE = Pattern.compile("[a-z0-9-]+(?:\\.[a-z0-9-]+)+");

    public Caller {
        require(ACCOUNT.matcher(account), "account id");
        switch (kind) {
            case ROLE -> {
                require(ROLE.matcher(role), "role name");
                require(SESSION.matcher(session), "session name");
            }
            case ROOT -> {}
            case SERVICE -> require(SERVICE.matcher(role), "service name");
        }
    }

    /** A session of a role. */
    public Caller(String account, String role, String session) {
        this(Kind.ROLE, account, role, session);
    }

    /** The root user of an account. */
    public static Caller root(String account) {
        return new Caller(Kind.ROOT, account, "", "");
    }

    /** A service that acts for an account, such as {@code codebuild.amazonaws.com}. */
    public static Caller service(String name, String account) {
        return new Caller(Kind.SERVICE, account, name, "");
    }

    /** What a policy names: {@code arn:aws:iam::ACCOUNT:role/ROLE}, the account's root ARN, or the service's name. */
    public String roleArn() {
        return switch (kind) {
            case ROLE -> "arn:aws:iam::" + account + ":role/" + role;
            case ROOT -> accountArn();
            case SERVICE -> role;
        };
    }

    /** What error texts and the audit show; for a role {@code arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION}. */
    public String sessionArn() {
        return kind == Kind.ROLE
                ? "arn:aws:sts::" + account + ":assumed-role/" + role.substring(role.lastIndexOf('/') + 1) + "/"
                        + session
                : roleArn();
    }

    /** The ARN that stands for the whole account: {@code arn:aws:iam::ACCOUNT:root}. */
    public String accountArn() {
        return "arn:aws:iam::" + account + ":root";
    }

    /** The value of {@code aws:PrincipalType}. */
    public String principalType() {
        return switch (kind) {
            case ROLE -> "AssumedRole";
            case ROOT -> "Account";
            case SERVICE -> "Service";
        };
    }

    private static void require(Matcher matcher, String what) {
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a valid " + what);
        }
    }
}
