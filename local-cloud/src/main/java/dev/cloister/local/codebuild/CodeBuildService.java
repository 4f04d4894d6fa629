package dev.cloister.local.codebuild;

import dev.cloister.local.audit.AuditEvent;
import dev.cloister.local.audit.AuditLog;
import dev.cloister.local.http.Answer;
import dev.cloister.local.http.Service;
import dev.cloister.local.iam.Roles;
import dev.cloister.local.json.JsonText;
import dev.cloister.local.json.MalformedJsonException;
import dev.cloister.local.policy.AccessRequest;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.Authorizer;
import dev.cloister.local.policy.ConditionKeys;
import dev.cloister.local.policy.Decision;
import dev.cloister.local.sigv4.ReceivedRequest;
import dev.cloister.local.sigv4.SigV4Verifier;
import dev.cloister.local.sigv4.SignatureRefusedException;
import dev.cloister.local.sigv4.VerifiedRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** CodeBuild's API as far as it starts builds and tells of them. */
public final class CodeBuildService implements Service {
    /** What the target of its calls begins with. */
    public static final String TARGET_PREFIX = "CodeBuild_20161006.";

    private static final String CONTENT_TYPE = "application/x-amz-json-1.1";

    private final SigV4Verifier verifier;
    private final Roles roles;
    private final Projects projects;
    private final Builds builds;
    private final BuildStarter starter;
    private final AuditLog audit;
    private final InstantSource clock;

    /** A service on projects that something else makes. */
    public CodeBuildService(
            SigV4Verifier verifier,
            Roles roles,
            Projects projects,
            Builds builds,
            BuildStarter starter,
            AuditLog audit,
            InstantSource clock) {
        this.verifier = verifier;
        this.roles = roles;
        this.projects = projects;
        this.builds = builds;
        this.starter = starter;
        this.audit = audit;
        this.clock = clock;
    }

    @Override
    public Answer answer(ReceivedRequest request, String requestId) {
        String target = request.header("x-amz-target").orElse("");
        String operation =
                target.matches("CodeBuild_20161006\\.[A-Za-z]{1,64}") ? target.substring(TARGET_PREFIX.length()) : "";
        Optional<VerifiedRequest> verified = Optional.empty();
        try {
            VerifiedRequest caller = verifier.verify(request, "codebuild");
            verified = Optional.of(caller);
            ObjectNode result = perform(operation, JsonText.parseObject(request.body()), caller);
            note(requestId, operation, verified, Optional.empty());
            return new Answer(200, CONTENT_TYPE, JsonText.write(result));
        } catch (SignatureRefusedException e) {
            return refuse(requestId, operation, verified, e.code().awsName(), String.valueOf(e.getMessage()));
        } catch (MalformedJsonException e) {
            return refuse(requestId, operation, verified, "SerializationException", String.valueOf(e.getMessage()));
        } catch (CodeBuildException e) {
            return refuse(requestId, operation, verified, e.code(), String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new UncheckedIOException("the state directory cannot be used", e);
        }
    }

    private ObjectNode perform(String operation, ObjectNode members, VerifiedRequest caller)
            throws CodeBuildException, IOException {
        return switch (operation) {
            case "StartBuild" -> {
                String name = members.path("projectName").asString("");
                allow(caller, "StartBuild", arn(caller, "project/" + name));
                Project project = find(caller, name)
                        .orElseThrow(() -> new CodeBuildException(
                                "ResourceNotFoundException",
                                "Project cannot be found: " + arn(caller, "project/" + name)));
                BuildRecord build = starter.start(project, members, caller.caller());
                yield JsonText.object().set("build", BuildJson.build(build));
            }
            case "BatchGetBuilds" -> batchGetBuilds(members, caller);
            case "BatchGetProjects" -> batchGetProjects(members, caller);
            case "ListProjects" -> {
                allow(caller, "ListProjects", "*");
                ObjectNode result = JsonText.object();
                ArrayNode names = result.putArray("projects");
                projects.names(caller.caller().account(), caller.region()).forEach(names::add);
                yield result;
            }
            default ->
                throw new CodeBuildException(
                        "UnknownOperationException", "the local cloud does not know the operation " + operation);
        };
    }

    private ObjectNode batchGetBuilds(ObjectNode members, VerifiedRequest caller) throws CodeBuildException {
        ObjectNode result = JsonText.object();
        ArrayNode found = result.putArray("builds");
        ArrayNode missing = result.putArray("buildsNotFound");
        for (String id : names(members, "ids")) {
            Optional<BuildRecord> build = builds.find(id)
                    .filter(one ->
                            one.project().account().equals(caller.caller().account()));
            String project = id.replaceFirst(":.*", "");
            allow(caller, "BatchGetBuilds", arn(caller, "project/" + project));
            build.ifPresentOrElse(one -> found.add(BuildJson.build(one)), () -> missing.add(id));
        }
        return result;
    }

    private ObjectNode batchGetProjects(ObjectNode members, VerifiedRequest caller) throws CodeBuildException {
        ObjectNode result = JsonText.object();
        ArrayNode found = result.putArray("projects");
        ArrayNode missing = result.putArray("projectsNotFound");
        for (String name : names(members, "names")) {
            allow(caller, "BatchGetProjects", arn(caller, "project/" + name));
            find(caller, name).ifPresentOrElse(one -> found.add(BuildJson.project(one)), () -> missing.add(name));
        }
        return result;
    }

    private Optional<Project> find(VerifiedRequest caller, String name) throws CodeBuildException {
        String account = caller.caller().account();
        Optional<ObjectNode> properties = projects.properties(account, caller.region(), name);
        try {
            return properties.map(found -> ProjectProperties.read(account, caller.region(), found));
        } catch (IllegalArgumentException e) {
            throw CodeBuildException.invalid("project " + name + ": " + e.getMessage());
        }
    }

    private static Set<String> names(ObjectNode members, String member) throws CodeBuildException {
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode name : members.path(member)) {
            names.add(name.asString(""));
        }
        if (names.isEmpty() || names.size() > 100) {
            throw CodeBuildException.invalid(member + " must have between 1 and 100 items");
        }
        return names;
    }

    private static String arn(VerifiedRequest caller, String resource) {
        return "arn:aws:codebuild:" + caller.region() + ":" + caller.caller().account() + ":" + resource;
    }

    private void allow(VerifiedRequest caller, String operation, String resource) throws CodeBuildException {
        Attributes attributes = Attributes.builder()
                .put(ConditionKeys.PRINCIPAL_ARN, caller.caller().roleArn())
                .put(ConditionKeys.PRINCIPAL_ACCOUNT, caller.caller().account())
                .put(ConditionKeys.REQUESTED_REGION, caller.region())
                .put(ConditionKeys.SECURE_TRANSPORT, "true")
                .build();
        AccessRequest request = new AccessRequest(
                caller.caller(),
                "codebuild:" + operation,
                resource,
                caller.caller().account(),
                attributes);
        Decision decision = Authorizer.decide(request, roles.of(caller.caller()), null);
        if (!decision.isAllowed()) {
            throw new CodeBuildException("AccessDeniedException", decision.message(request));
        }
    }

    private void note(
            String requestId,
            String operation,
            Optional<VerifiedRequest> verified,
            Optional<AuditEvent.Failure> failure) {
        audit.append(new AuditEvent(
                clock.instant(),
                requestId,
                "codebuild.amazonaws.com",
                operation,
                verified.map(VerifiedRequest::caller),
                verified.map(VerifiedRequest::region),
                Optional.empty(),
                Optional.empty(),
                failure));
    }

    private Answer refuse(
            String requestId, String operation, Optional<VerifiedRequest> verified, String code, String message) {
        note(requestId, operation, verified, Optional.of(new AuditEvent.Failure(code, message)));
        return new Answer(
                400,
                CONTENT_TYPE,
                JsonText.write(JsonText.object().put("__type", code).put("message", message)));
    }
}
