package dev.cloister.local.policy;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One principal that a statement of a resource policy names. */
sealed interface PrincipalPattern {
    /** How a statement comes to speak of a caller. */
    enum Match {
        NO,
        /** The statement names the caller's account, which leaves it to that account's identity policies. */
        ACCOUNT,
        /** The statement names the caller's role, a service, or everyone. */
        ROLE,
        /** The statement names this session of a role. */
        SESSION
    }

    Match match(Caller caller);

    /** {@code "*"}: everyone. */
    record Anyone() implements PrincipalPattern {
        @Override
        public Match match(Caller caller) {
            return Match.ROLE;
        }
    }

    /** An account, written as its id or as its root ARN. */
    record Account(String id) implements PrincipalPattern {
        @Override
        public Match match(Caller caller) {
            return caller.kind() != Caller.Kind.SERVICE && caller.account().equals(id) ? Match.ACCOUNT : Match.NO;
        }
    }

    /** A role, a session of one, or a user; there are no users here, so a user never matches. */
    record Identity(String arn) implements PrincipalPattern {
        @Override
        public Match match(Caller caller) {
            if (caller.kind() != Caller.Kind.ROLE) {
                return Match.NO;
            }
            if (arn.equals(caller.sessionArn())) {
                return Match.SESSION;
            }
            return arn.equals(caller.roleArn()) ? Match.ROLE : Match.NO;
        }
    }

    /** An AWS service. */
    record Service(String name) implements PrincipalPattern {
        @Override
        public Match match(Caller caller) {
            return caller.kind() == Caller.Kind.SERVICE && caller.role().equals(name) ? Match.ROLE : Match.NO;
        }
    }

    /** An identity provider or a canonical user; none of them calls here. */
    record Outsider() implements PrincipalPattern {
        @Override
        public Match match(Caller caller) {
            return Match.NO;
        }
    }

    Pattern ACCOUNT = Pattern.compile("(?:arn:aws:iam::)?([0-9]{12})(:root)?");
    Pattern IDENTITY = Pattern.compile(
            "arn:aws:(?:iam::[0-9]{12}:(?:role|user)/[A-Za-z0-9_+=,.@/-]+|sts::[0-9]{12}:assumed-role/[A-Za-z0-9_+=,.@-]+/[A-Za-z0-9_+=,.@-]+)");

    /** One value under {@code "AWS"}. */
    static PrincipalPattern parse(String text) throws MalformedPolicyException {
        if (text.equals("*")) {
            return new Anyone();
        }
        Matcher account = ACCOUNT.matcher(text);
        if (account.matches() && text.startsWith("arn:") == (account.group(2) != null)) {
            return new Account(account.group(1));
        }
        if (IDENTITY.matcher(text).matches()) {
            return new Identity(text);
        }
        throw new MalformedPolicyException("Policy contains a statement with one or more invalid principals: " + text);
    }
}
