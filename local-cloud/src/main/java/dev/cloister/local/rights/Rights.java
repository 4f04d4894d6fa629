package dev.cloister.local.rights;

import dev.cloister.image.key.KeyPolicyException;
import dev.cloister.local.cloudformation.StackException;
import dev.cloister.local.policy.Decision;
import dev.cloister.local.policy.MalformedPolicyException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The table of rights, and what the policies of some templates say to it. */
public final class Rights {
    private Rights() {}

    /**
     * A row and what came of it.
     *
     * @param reason why, where it is refused; empty otherwise
     */
    public record Finding(Right right, boolean isAllowed, String reason) {
        /** Whether the policies say what the table says. */
        public boolean holds() {
            return isAllowed == right.isAllowed();
        }
    }

    /** Every row of the table, with all that its words stand for. */
    public static List<Question> questions(Path templates) throws IOException, StackException, KeyPolicyException {
        Scenario scenario = Scenario.of(templates);
        List<Question> questions = new ArrayList<>();
        for (Right right : Right.table()) {
            questions.add(Question.of(right, scenario));
        }
        return questions;
    }

    /** Decides on every row. */
    public static List<Finding> evaluate(Path templates)
            throws IOException, StackException, KeyPolicyException, MalformedPolicyException {
        List<Finding> findings = new ArrayList<>();
        for (Question question : questions(templates)) {
            Decision decision = question.decide();
            findings.add(new Finding(
                    question.right(),
                    decision.isAllowed(),
                    decision.isAllowed() ? "" : decision.message(question.request())));
        }
        return findings;
    }
}
