package dev.cloister.local.codebuild;

import java.time.Duration;
import java.util.Map;

/**
 * A project as a stack makes it, as far as it matters here: what its container is made of does not.
 *
 * @param account 12 digits
 * @param serviceRole the ARN of the role that its builds act with
 * @param buildspec the path of its build specification in the source
 * @param variables of each build's environment
 */
public record Project(
        String account,
        String region,
        String name,
        String serviceRole,
        String buildspec,
        Map<String, String> variables,
        Duration timeout) {
    public Project {
        variables = Map.copyOf(variables);
    }

    /** {@code arn:aws:codebuild:REGION:ACCOUNT:project/NAME}. */
    public String arn() {
        return "arn:aws:codebuild:" + region + ":" + account + ":project/" + name;
    }
}
