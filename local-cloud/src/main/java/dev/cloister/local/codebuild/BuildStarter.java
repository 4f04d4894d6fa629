package dev.cloister.local.codebuild;

import dev.cloister.local.account.AwsFiles;
import dev.cloister.local.account.Session;
import dev.cloister.local.account.Sessions;
import dev.cloister.local.iam.AssumeRefusedException;
import dev.cloister.local.iam.Roles;
import dev.cloister.local.policy.Attributes;
import dev.cloister.local.policy.Caller;
import dev.cloister.local.policy.ConditionKeys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Turns a call of StartBuild into a build: its source, its environment, its role's credentials. */
public final class BuildStarter {
    private static final Set<String> MEMBERS = Set.of(
            "projectName",
            "environmentVariablesOverride",
            "sourceLocationOverride",
            "timeoutInMinutesOverride",
            "idempotencyToken");

    /** Credentials hold a little longer than the build may. */
    private static final Duration MARGIN = Duration.ofMinutes(5);

    private final Builds builds;
    private final Sessions sessions;
    private final Roles roles;
    private final Supplier<AwsFiles> files;
    private final InstantSource clock;

    /**
     * A starter.
     *
     * @param files where tools find the local cloud; asked for when a build starts
     */
    public BuildStarter(Builds builds, Sessions sessions, Roles roles, Supplier<AwsFiles> files, InstantSource clock) {
        this.builds = builds;
        this.sessions = sessions;
        this.roles = roles;
        this.files = files;
        this.clock = clock;
    }

    BuildRecord start(Project project, ObjectNode members, Caller caller) throws CodeBuildException, IOException {
        for (String name : members.propertyNames()) {
            if (!MEMBERS.contains(name)) {
                throw CodeBuildException.invalid("the local cloud does not support the member " + name);
            }
        }
        Instant now = clock.instant();
        String id = project.name() + ":" + UUID.randomUUID();
        Map<String, String> variables = new TreeMap<>(project.variables());
        try {
            for (JsonNode variable : members.path("environmentVariablesOverride")) {
                BuildVariables.add(variables, variable, "name", "value", "type");
            }
        } catch (IllegalArgumentException e) {
            throw CodeBuildException.invalid(String.valueOf(e.getMessage()));
        }
        Path source = source(members);
        Duration timeout = timeout(project, members);
        Session session = assume(project, id, now, timeout);
        Path folder = builds.folder(id);
        Map<String, String> role =
                RoleFiles.write(folder, files.get().environment(session.account()), session.credentials());
        BuildOrder order = new BuildOrder(
                project,
                id,
                builds.nextNumber(project),
                caller.role() + "/" + caller.session(),
                now,
                source,
                variables,
                role,
                timeout);
        return builds.start(order, folder);
    }

    /** A project's own source is a repository in AWS; here a folder of this machine stands for its content. */
    private static Path source(ObjectNode members) throws CodeBuildException {
        String location = members.path("sourceLocationOverride").asString("");
        if (!location.startsWith("/") || !Files.isDirectory(Path.of(location))) {
            throw CodeBuildException.invalid(
                    "sourceLocationOverride must be the absolute path of a folder, which stands for the repository");
        }
        return Path.of(location).normalize();
    }

    private static Duration timeout(Project project, ObjectNode members) throws CodeBuildException {
        JsonNode minutes = members.path("timeoutInMinutesOverride");
        if (minutes.isMissingNode()) {
            return project.timeout();
        }
        if (!minutes.isInt() || minutes.intValue() < 5 || minutes.intValue() > 2160) {
            throw CodeBuildException.invalid("timeoutInMinutesOverride must be between 5 and 2160");
        }
        return Duration.ofMinutes(minutes.intValue());
    }

    private Session assume(Project project, String id, Instant now, Duration timeout) throws CodeBuildException {
        Attributes attributes = Attributes.builder()
                .put(ConditionKeys.SOURCE_ARN, project.arn())
                .put(ConditionKeys.SOURCE_ACCOUNT, project.account())
                .build();
        try {
            return roles.assume(
                    sessions,
                    Caller.service("codebuild.amazonaws.com", project.account()),
                    attributes,
                    project.serviceRole(),
                    "AWSCodeBuild-" + id.substring(id.indexOf(':') + 1),
                    now,
                    timeout.plus(MARGIN));
        } catch (AssumeRefusedException e) {
            throw CodeBuildException.invalid(
                    "CodeBuild is not authorized to perform: sts:AssumeRole on " + project.serviceRole());
        }
    }
}
