package dev.meshclient.policy;

import java.util.List;

/**
 * A service of a document that is refused: its policy in force stays in force.
 *
 * @param hosts its hosts, also those that are not stated as they should be ({@code http://orders/}); calls to them never pass
 *     the mesh
 * @param problems the problems of the service
 */
public record RefusedService(List<String> hosts, List<PolicyProblem> problems) {
    public RefusedService {
        hosts = Required.list(hosts, "hosts");
        problems = Required.list(problems, "problems");
    }
}
