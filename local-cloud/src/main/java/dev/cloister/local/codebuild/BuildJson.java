package dev.cloister.local.codebuild;

import dev.cloister.local.codebuild.BuildRecord.EndedPhase;
import dev.cloister.local.json.JsonText;
import java.time.Instant;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Builds and projects in the shapes of CodeBuild's API model. */
final class BuildJson {
    private BuildJson() {}

    static ObjectNode build(BuildRecord build) {
        ObjectNode json = JsonText.object()
                .put("id", build.id())
                .put("arn", build.arn())
                .put("projectName", build.project().name())
                .put("buildStatus", build.status().orElse("IN_PROGRESS"))
                .put("buildComplete", build.status().isPresent())
                .put("currentPhase", build.currentPhase())
                .put("startTime", seconds(build.started()))
                .put("serviceRole", build.project().serviceRole());
        build.ended().ifPresent(ended -> json.put("endTime", seconds(ended)));
        ArrayNode phases = json.putArray("phases");
        for (EndedPhase phase : build.phases()) {
            ObjectNode one = phases.addObject()
                    .put("phaseType", phase.name())
                    .put("phaseStatus", phase.status())
                    .put("startTime", seconds(phase.started()))
                    .put("endTime", seconds(phase.ended()));
            one.putArray("contexts").addObject().put("statusCode", phase.code()).put("message", phase.message());
        }
        ArrayNode exported = json.putArray("exportedEnvironmentVariables");
        build.exported()
                .forEach((name, value) -> exported.addObject().put("name", name).put("value", value));
        json.putObject("logs").put("deepLink", build.log().toUri().toString());
        return json;
    }

    static ObjectNode project(Project project) {
        ObjectNode json = JsonText.object()
                .put("name", project.name())
                .put("arn", project.arn())
                .put("serviceRole", project.serviceRole())
                .put("timeoutInMinutes", project.timeout().toMinutes());
        json.putObject("source").put("buildspec", project.buildspec());
        ArrayNode variables = json.putObject("environment").putArray("environmentVariables");
        project.variables()
                .forEach((name, value) -> variables
                        .addObject()
                        .put("name", name)
                        .put("value", value)
                        .put("type", "PLAINTEXT"));
        return json;
    }

    private static double seconds(Instant instant) {
        return instant.toEpochMilli() / 1000.0;
    }
}
