package dev.cloister.local.policy;

import java.util.List;
import java.util.Optional;

/** A parsed policy document. {@link PolicyParser} makes it. */
public final class Policy {
    private final List<Statement> statements;
    private final boolean isSoleAuthority;

    Policy(List<Statement> statements, boolean isSoleAuthority) {
        this.statements = List.copyOf(statements);
        this.isSoleAuthority = isSoleAuthority;
    }

    /** The policy of a resource that has none, and that its account's identity policies reach all the same. */
    public static Policy none() {
        return new Policy(List.of(), false);
    }

    /** Allows all to whoever has it. */
    static Policy everything() {
        List<String> all = List.of("*");
        return new Policy(List.of(new Statement("", true, Optional.empty(), all, false, all, false, List.of())), false);
    }

    /** Whether nobody has access that this policy does not give, as with KMS keys and roles but not with buckets. */
    boolean isSoleAuthority() {
        return isSoleAuthority;
    }

    /** The part of a decision that this policy takes; statements' order has no meaning. */
    Verdict verdict(AccessRequest request) {
        Verdict verdict = Verdict.SILENT;
        for (Statement statement : statements) {
            PrincipalPattern.Match match = statement.match(request);
            Verdict one = match == PrincipalPattern.Match.NO || statement.isAllow() ? allow(match) : Verdict.DENIES;
            verdict = one.compareTo(verdict) > 0 ? one : verdict;
        }
        return verdict;
    }

    private static Verdict allow(PrincipalPattern.Match match) {
        return switch (match) {
            case NO -> Verdict.SILENT;
            case ACCOUNT -> Verdict.ALLOWS_ACCOUNT;
            case ROLE -> Verdict.ALLOWS_ROLE;
            case SESSION -> Verdict.ALLOWS_SESSION;
        };
    }

    /** What a policy says of a request, the weightier the later. */
    enum Verdict {
        SILENT,
        ALLOWS_ACCOUNT,
        /** The policy names everyone or the caller's role, which a permissions boundary bounds. */
        ALLOWS_ROLE,
        ALLOWS_SESSION,
        DENIES
    }
}
