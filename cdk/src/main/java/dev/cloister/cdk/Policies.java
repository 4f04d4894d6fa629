package dev.cloister.cdk;

import java.util.List;
import software.amazon.awscdk.services.iam.Effect;
import software.amazon.awscdk.services.iam.PolicyDocument;
import software.amazon.awscdk.services.iam.PolicyStatement;
import software.amazon.awscdk.services.iam.StarPrincipal;

/** Statements that several policies share. */
final class Policies {
    private Policies() {}

    static PolicyDocument document(PolicyStatement... statements) {
        return PolicyDocument.Builder.create().statements(List.of(statements)).build();
    }

    static PolicyStatement.Builder allow(String sid) {
        return PolicyStatement.Builder.create().sid(sid).effect(Effect.ALLOW);
    }

    /** For everyone, whoever lets them. */
    static PolicyStatement.Builder denyEveryone(String sid) {
        return PolicyStatement.Builder.create().sid(sid).effect(Effect.DENY).principals(List.of(new StarPrincipal()));
    }
}
