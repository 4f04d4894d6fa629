package dev.cloister.local.policy;

import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/**
 * Reads policy documents by the grammar of the IAM user guide, strictly: an element, operator or condition key that the
 * evaluator does not know is refused by name, because leaving it out would change what the policy means.
 */
public final class PolicyParser {
    /** The largest key policy KMS takes, in bytes. */
    public static final int MAX_POLICY_BYTES = 32768;

    private static final Set<String> VERSIONS = Set.of("2012-10-17", "2008-10-17");
    private static final Set<String> OUTSIDERS = Set.of("Federated", "CanonicalUser");
    private static final Pattern ACTION = Pattern.compile("\\*|[a-z0-9-]+:[a-z0-9*?]+");

    /** What a policy is attached to. */
    private enum Kind {
        KEY,
        BUCKET,
        TRUST,
        IDENTITY
    }

    private final Kind kind;

    private PolicyParser(Kind kind) {
        this.kind = kind;
    }

    /** A key policy: every statement names principals. */
    public static Policy parseKeyPolicy(String json) throws MalformedPolicyException {
        return new PolicyParser(Kind.KEY).parse(json);
    }

    /** A bucket policy: every statement names principals. */
    public static Policy parseBucketPolicy(String json) throws MalformedPolicyException {
        return new PolicyParser(Kind.BUCKET).parse(json);
    }

    /** The policy that says who may assume a role: every statement names principals, and none a resource. */
    public static Policy parseTrustPolicy(String json) throws MalformedPolicyException {
        return new PolicyParser(Kind.TRUST).parse(json);
    }

    /** A policy attached to a role: no statement names principals. */
    public static Policy parseIdentityPolicy(String json) throws MalformedPolicyException {
        return new PolicyParser(Kind.IDENTITY).parse(json);
    }

    private Policy parse(String json) throws MalformedPolicyException {
        if (json.getBytes(StandardCharsets.UTF_8).length > MAX_POLICY_BYTES) {
            throw new MalformedPolicyException("Policy is longer than " + MAX_POLICY_BYTES + " bytes");
        }
        JsonNode document = read(json);
        List<Statement> statements = new ArrayList<>();
        Set<String> sids = new HashSet<>();
        for (Map.Entry<String, JsonNode> element : document.properties()) {
            JsonNode value = element.getValue();
            switch (element.getKey()) {
                case "Version" -> {
                    if (!VERSIONS.contains(text(value, "Version"))) {
                        throw new MalformedPolicyException("Policy has an unknown Version: " + value.asString());
                    }
                }
                case "Id" -> text(value, "Id");
                case "Statement" -> {
                    for (JsonNode statement : value.isArray() ? value : List.of(value)) {
                        statements.add(statement(statement, sids));
                    }
                }
                default -> throw unknown("element", element.getKey());
            }
        }
        if (statements.isEmpty()) {
            throw new MalformedPolicyException("Policy has no Statement");
        }
        return new Policy(statements, kind == Kind.KEY || kind == Kind.TRUST);
    }

    private static JsonNode read(String json) throws MalformedPolicyException {
        try {
            return JsonText.parseObject(json.getBytes(StandardCharsets.UTF_8));
        } catch (MalformedJsonException e) {
            throw new MalformedPolicyException("Policy is not a JSON object: " + e.getMessage());
        }
    }

    private Statement statement(JsonNode node, Set<String> sids) throws MalformedPolicyException {
        if (!node.isObject()) {
            throw new MalformedPolicyException("Statement is not an object");
        }
        StatementParts parts = new StatementParts();
        for (Map.Entry<String, JsonNode> element : node.properties()) {
            read(element.getKey(), element.getValue(), parts);
        }
        if (!parts.sid.isEmpty() && !sids.add(parts.sid)) {
            throw new MalformedPolicyException("Statement IDs (SID) in a single policy must be unique: " + parts.sid);
        }
        if (kind != Kind.IDENTITY && parts.principals.isEmpty()) {
            throw new MalformedPolicyException("Statement has no Principal");
        }
        if (kind == Kind.TRUST) {
            if (!parts.resources.isEmpty()) {
                throw new MalformedPolicyException("Has prohibited field Resource");
            }
            parts.resources = List.of("*");
        }
        return parts.build();
    }

    private void read(String element, JsonNode value, StatementParts parts) throws MalformedPolicyException {
        switch (element) {
            case "Sid" -> parts.sid = text(value, "Sid");
            case "Effect" -> parts.isAllow = Optional.of(effect(text(value, "Effect")));
            case "Principal" -> parts.principals = Optional.of(principals(value));
            case "Action", "NotAction" -> {
                parts.once(parts.actions.isEmpty(), "Action");
                parts.actions = actions(value, element);
                parts.exceptActions = element.equals("NotAction");
            }
            case "Resource", "NotResource" -> {
                parts.once(parts.resources.isEmpty(), "Resource");
                parts.resources = resources(value, element);
                parts.exceptResources = element.equals("NotResource");
            }
            case "Condition" -> parts.conditions = ConditionParser.parse(value);
            default -> throw unknown("element", element);
        }
    }

    private static boolean effect(String effect) throws MalformedPolicyException {
        return switch (effect) {
            case "Allow" -> true;
            case "Deny" -> false;
            default -> throw unknown("Effect", effect);
        };
    }

    private List<PrincipalPattern> principals(JsonNode node) throws MalformedPolicyException {
        if (kind == Kind.IDENTITY) {
            throw new MalformedPolicyException("Policy document should not specify a principal");
        }
        if (node.isString()) {
            if (!node.asString().equals("*")) {
                throw new MalformedPolicyException(
                        "Policy contains a statement with one or more invalid principals: " + node.asString());
            }
            return List.of(new PrincipalPattern.Anyone());
        }
        if (!node.isObject() || node.isEmpty()) {
            throw new MalformedPolicyException("Principal is neither \"*\" nor an object");
        }
        List<PrincipalPattern> patterns = new ArrayList<>();
        for (Map.Entry<String, JsonNode> named : node.properties()) {
            for (String name : texts(named.getValue(), "Principal")) {
                if (named.getKey().equals("AWS")) {
                    patterns.add(PrincipalPattern.parse(name));
                } else if (named.getKey().equals("Service")) {
                    patterns.add(new PrincipalPattern.Service(name));
                } else if (OUTSIDERS.contains(named.getKey())) {
                    patterns.add(new PrincipalPattern.Outsider());
                } else {
                    throw unknown("Principal", named.getKey());
                }
            }
        }
        return patterns;
    }

    private static List<String> actions(JsonNode node, String element) throws MalformedPolicyException {
        List<String> actions = new ArrayList<>();
        for (String action : texts(node, element)) {
            String lowerCase = action.toLowerCase(Locale.ROOT);
            if (!ACTION.matcher(lowerCase).matches()) {
                throw new MalformedPolicyException(element + " is not of the form service:Name: " + action);
            }
            actions.add(lowerCase);
        }
        return List.copyOf(actions);
    }

    private static List<String> resources(JsonNode node, String element) throws MalformedPolicyException {
        List<String> resources = texts(node, element);
        for (String resource : resources) {
            if (!resource.equals("*") && !resource.startsWith("arn:")) {
                throw new MalformedPolicyException(element + " is neither \"*\" nor an ARN: " + resource);
            }
        }
        return resources;
    }

    /** A string or a list of strings, at least one. */
    static List<String> texts(JsonNode node, String element) throws MalformedPolicyException {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : node.isArray() ? node : List.of(node)) {
            texts.add(text(item, element));
        }
        if (texts.isEmpty()) {
            throw new MalformedPolicyException(element + " is empty");
        }
        return List.copyOf(texts);
    }

    private static String text(JsonNode node, String element) throws MalformedPolicyException {
        if (!node.isString()) {
            throw new MalformedPolicyException(element + " is not a string");
        }
        if (node.asString().contains("${")) {
            throw new MalformedPolicyException(element + " uses a policy variable, which is not supported here");
        }
        return node.asString();
    }

    static MalformedPolicyException unknown(String what, String name) {
        return new MalformedPolicyException("Policy has an unsupported " + what + ": " + name);
    }

    /** What has been read of a statement so far. */
    private static final class StatementParts {
        private String sid = "";
        private Optional<Boolean> isAllow = Optional.empty();
        private Optional<List<PrincipalPattern>> principals = Optional.empty();
        private List<String> actions = List.of();
        private boolean exceptActions;
        private List<String> resources = List.of();
        private boolean exceptResources;
        private List<Condition> conditions = List.of();

        private void once(boolean isFirst, String element) throws MalformedPolicyException {
            if (!isFirst) {
                throw new MalformedPolicyException(
                        "Statement has both " + element + " and Not" + element + "; it takes one of them");
            }
        }

        private Statement build() throws MalformedPolicyException {
            if (isAllow.isEmpty() || actions.isEmpty() || resources.isEmpty()) {
                throw new MalformedPolicyException("Statement lacks Effect, Action or Resource");
            }
            return new Statement(
                    sid, isAllow.get(), principals, actions, exceptActions, resources, exceptResources, conditions);
        }
    }
}
