package dev.meshclient.policy;

import java.io.IOException;
import java.util.List;

/** A document that is refused, with everything that is wrong with it. */
public final class PolicyException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient List<PolicyProblem> problems;

    public PolicyException(List<PolicyProblem> problems) {
        super(message(problems));
        this.problems = List.copyOf(problems);
    }

    /** All that is wrong, in document order. */
    public List<PolicyProblem> problems() {
        return problems;
    }

    private static String message(List<PolicyProblem> problems) {
        StringBuilder text = new StringBuilder("policy document refused, ")
                .append(problems.size())
                .append(" problem(s):");
        problems.forEach(p -> text.append("\n  ").append(p));
        return text.toString();
    }
}
