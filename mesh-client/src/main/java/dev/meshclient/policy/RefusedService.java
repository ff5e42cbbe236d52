package dev.meshclient.policy;

import java.util.List;

/**
 * A service of a document that is not taken from it: whatever was in force for it stays in force.
 *
 * @param hosts those of its hosts that could be read; they are the mesh's all the same
 * @param problems what is wrong with it
 */
public record RefusedService(List<String> hosts, List<PolicyProblem> problems) {
    public RefusedService {
        hosts = List.copyOf(hosts);
        problems = List.copyOf(problems);
    }
}
