package dev.meshclient.simulator;

import dev.meshclient.policy.PolicyProblem;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** A scenario that cannot be simulated. */
public final class ScenarioException extends IOException {
    private static final long serialVersionUID = 1;

    private final transient List<PolicyProblem> problems;

    ScenarioException(List<PolicyProblem> problems) {
        super(problems.stream().map(PolicyProblem::toString).collect(Collectors.joining("\n", "", "")));
        this.problems = List.copyOf(problems);
    }

    /** Each with its path in the scenario, the value, and the legal values. */
    public List<PolicyProblem> problems() {
        return problems;
    }
}
