package dev.cloister.cdk;

import software.amazon.awscdk.CfnOutput;
import software.amazon.awscdk.Stack;

/** What a stack tells who deploys it. */
final class Outputs {
    private Outputs() {}

    /** Adds an output; its name in the template is exactly the one given. */
    static void add(Stack stack, String name, String description, String value) {
        CfnOutput.Builder.create(stack, name + "Output")
                .description(description)
                .value(value)
                .build()
                .overrideLogicalId(name);
    }
}
