package dev.cloister.local.codebuild;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a build is to be made of.
 *
 * @param id {@code PROJECT:UUID}
 * @param number of the project's builds
 * @param initiator who asked for it
 * @param source the folder whose copy it works in
 * @param variables of the project, and over them those of the call
 * @param role the variables with which tools find the role's credentials and the local cloud
 */
record BuildOrder(
        Project project,
        String id,
        long number,
        String initiator,
        Instant started,
        Path source,
        Map<String, String> variables,
        Map<String, String> role,
        Duration timeout) {
    /** What this machine lends a build of its own environment. */
    private static final List<String> LENT = List.of("PATH", "JAVA_HOME", "LANG");

    /**
     * The environment, as CodeBuild documents it.
     *
     * @param folder the source's copy
     * @param work the build's own folder
     */
    Map<String, String> environment(Path folder, Path work) {
        Map<String, String> all = new HashMap<>();
        for (String name : LENT) {
            String value = System.getenv(name);
            if (value != null) {
                all.put(name, value);
            }
        }
        all.put("HOME", work.resolve("home").toString());
        all.put("TMPDIR", work.resolve("tmp").toString());
        all.put(
                "CODEBUILD_BUILD_ARN",
                "arn:aws:codebuild:" + project.region() + ":" + project.account() + ":build/" + id);
        all.put("CODEBUILD_BUILD_ID", id);
        all.put("CODEBUILD_BUILD_IMAGE", "local");
        all.put("CODEBUILD_BUILD_NUMBER", Long.toString(number));
        all.put("CODEBUILD_INITIATOR", initiator);
        all.put("CODEBUILD_LOG_PATH", id.substring(id.indexOf(':') + 1));
        all.put("CODEBUILD_SOURCE_REPO_URL", source.toString());
        all.put("CODEBUILD_SRC_DIR", folder.toString());
        all.put("CODEBUILD_START_TIME", Long.toString(started.toEpochMilli()));
        all.putAll(role);
        all.putAll(variables);
        return all;
    }
}
