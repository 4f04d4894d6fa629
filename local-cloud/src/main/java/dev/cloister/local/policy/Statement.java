package dev.cloister.local.policy;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * One statement of a policy.
 *
 * @param sid empty where the statement has none
 * @param principals empty in an identity policy, where every statement speaks of its owner
 * @param actions what it is about, or with {@code exceptActions} what it is not about
 * @param resources likewise
 */
record Statement(
        String sid,
        boolean isAllow,
        Optional<List<PrincipalPattern>> principals,
        List<String> actions,
        boolean exceptActions,
        List<String> resources,
        boolean exceptResources,
        List<Condition> conditions) {

    /** How the statement speaks of the request; {@code NO} where anything in it does not match. */
    PrincipalPattern.Match match(AccessRequest request) {
        if (!matchesAction(request.action()) || !matchesResource(request.resource())) {
            return PrincipalPattern.Match.NO;
        }
        if (!conditions.stream().allMatch(condition -> condition.holds(request.attributes()))) {
            return PrincipalPattern.Match.NO;
        }
        return principals.map(named -> strongest(named, request.caller())).orElse(PrincipalPattern.Match.SESSION);
    }

    private static PrincipalPattern.Match strongest(List<PrincipalPattern> named, Caller caller) {
        PrincipalPattern.Match best = PrincipalPattern.Match.NO;
        for (PrincipalPattern pattern : named) {
            PrincipalPattern.Match match = pattern.match(caller);
            best = match.compareTo(best) > 0 ? match : best;
        }
        return best;
    }

    private boolean matchesAction(String action) {
        String name = action.toLowerCase(Locale.ROOT);
        return exceptActions != actions.stream().anyMatch(pattern -> Glob.matches(pattern, name));
    }

    private boolean matchesResource(String resource) {
        return exceptResources
                != resources.stream().anyMatch(pattern -> pattern.equals("*") || Glob.arnMatches(pattern, resource));
    }
}
