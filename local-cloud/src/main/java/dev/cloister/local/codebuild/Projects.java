package dev.cloister.local.codebuild;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** The projects that stacks have made. */
public interface Projects {
    /** The properties of the resource {@code AWS::CodeBuild::Project}, {@code Name} among them. */
    Optional<ObjectNode> properties(String account, String region, String name);

    /** The names of an account's projects, in order. */
    List<String> names(String account, String region);
}
