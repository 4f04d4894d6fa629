package dev.cloister.local.policy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Who makes a request: a session of an IAM role.
 *
 * @param account the 12-digit account id
 * @param role the role's name, with its path in front where it has one
 * @param session the session's name
 */
public record Caller(String account, String role, String session) {
    private static final Pattern ACCOUNT = Pattern.compile("[0-9]{12}");
    private static final Pattern ROLE = Pattern.compile("(?:[A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]{1,64}");
    private static final Pattern SESSION = Pattern.compile("[A-Za-z0-9_+=,.@-]{2,64}");

    public Caller {
        require(ACCOUNT.matcher(account), "account id");
        require(ROLE.matcher(role), "role name");
        require(SESSION.matcher(session), "session name");
    }

    /** The ARN a policy names: {@code arn:aws:iam::ACCOUNT:role/ROLE}. */
    public String roleArn() {
        return "arn:aws:iam::" + account + ":role/" + role;
    }

    /** The ARN error texts and the audit show: {@code arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION}. */
    public String sessionArn() {
        return "arn:aws:sts::" + account + ":assumed-role/" + role.substring(role.lastIndexOf('/') + 1) + "/" + session;
    }

    /** The ARN that stands for the whole account: {@code arn:aws:iam::ACCOUNT:root}. */
    public String accountArn() {
        return "arn:aws:iam::" + account + ":root";
    }

    private static void require(Matcher matcher, String what) {
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a valid " + what);
        }
    }
}
