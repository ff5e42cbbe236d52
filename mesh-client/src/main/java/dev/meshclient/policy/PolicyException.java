package dev.meshclient.policy;

import java.io.IOException;
import java.util.List;

/** A document is refused; lists all its problems. */
public final class PolicyException extends IOException {
    private static final long serialVersionUID = 1;
    private static final int IN_MESSAGE = 20;

    private final transient List<PolicyProblem> problems;

    public PolicyException(List<PolicyProblem> problems) {
        super(message(Required.list(problems, "problems")));
        this.problems = List.copyOf(problems);
    }

    /** All problems, in the order of the document. At most 1,001 entries. */
    public List<PolicyProblem> problems() {
        return problems;
    }

    private static String message(List<PolicyProblem> problems) {
        StringBuilder text = new StringBuilder("policy document refused, ")
                .append(problems.size())
                .append(" problem(s):");
        problems.stream().limit(IN_MESSAGE).forEach(p -> text.append("\n  ").append(p));
        if (problems.size() > IN_MESSAGE) {
            text.append("\n  and ").append(problems.size() - IN_MESSAGE).append(" more");
        }
        return text.toString();
    }
}
