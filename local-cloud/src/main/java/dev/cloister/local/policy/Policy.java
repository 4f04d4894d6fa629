package dev.cloister.local.policy;

import java.util.List;

/** A parsed policy document: a key policy or an identity policy. {@link PolicyParser} makes it. */
public final class Policy {
    private final List<Statement> statements;

    Policy(List<Statement> statements) {
        this.statements = List.copyOf(statements);
    }

    /** The part of a decision that this policy takes; statements' order has no meaning. */
    Verdict verdict(AccessRequest request) {
        Verdict verdict = Verdict.SILENT;
        for (Statement statement : statements) {
            Verdict one = switch (statement.match(request)) {
                case NO -> Verdict.SILENT;
                case ACCOUNT -> statement.isAllow() ? Verdict.ALLOWS_ACCOUNT : Verdict.DENIES;
                case CALLER -> statement.isAllow() ? Verdict.ALLOWS_CALLER : Verdict.DENIES;
            };
            verdict = one.compareTo(verdict) > 0 ? one : verdict;
        }
        return verdict;
    }

    /** What a policy says of a request, the weightier the later. */
    enum Verdict {
        SILENT,
        ALLOWS_ACCOUNT,
        ALLOWS_CALLER,
        DENIES
    }
}
