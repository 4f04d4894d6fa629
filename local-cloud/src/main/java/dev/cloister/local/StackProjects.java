package dev.cloister.local;

import dev.cloister.local.cloudformation.StackStore;
import dev.cloister.local.codebuild.Projects;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/** The projects of the deployed stacks. */
record StackProjects(StackStore stacks) implements Projects {
    @Override
    public Optional<ObjectNode> properties(String account, String region, String name) {
        return stacks.project(account, region, name);
    }

    @Override
    public List<String> names(String account, String region) {
        return stacks.projects(account, region);
    }
}
