package dev.cloister.local.cloudformation;

import java.util.Map;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** One kind of resource. Properties come with their intrinsic functions worked out. */
interface ResourceType {
    /** The properties that mean something here or are said in the README to mean nothing; any other is refused. */
    Set<String> properties();

    /** Those it cannot do without. */
    Set<String> required();

    /** What can be said against properties before anything is made. */
    default void check(ObjectNode properties) throws StackException {}

    /** Makes it and returns its physical id. */
    String create(Deployment deployment, String logicalId, ObjectNode properties) throws StackException;

    /** Whether a change makes a new one necessary. */
    boolean mustReplace(ObjectNode before, ObjectNode after);

    /** Changes it in place. */
    void update(Deployment deployment, String physicalId, ObjectNode before, ObjectNode after) throws StackException;

    void delete(Deployment deployment, String physicalId, ObjectNode properties) throws StackException;

    /** What Ref gives. */
    default String reference(String physicalId, String account, String region) {
        return physicalId;
    }

    /** What Fn::GetAtt gives. */
    Map<String, String> attributes(String physicalId, ObjectNode properties, String account, String region);

    /** Whether a property says something else after a change. */
    static boolean differs(String property, ObjectNode before, ObjectNode after) {
        return !before.path(property).equals(after.path(property));
    }
}
