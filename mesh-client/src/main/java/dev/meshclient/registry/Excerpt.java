package dev.meshclient.registry;

import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.Service;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Some services of a document, with what it says for all of its services, and nothing else. */
final class Excerpt {
    private Excerpt() {}

    static MeshPolicy of(MeshPolicy policy, Set<String> names) {
        Map<String, Service> services = new LinkedHashMap<>(policy.services());
        services.keySet().retainAll(names);
        return new MeshPolicy(
                policy.metadata(),
                policy.trustDomain(),
                policy.outboundTrafficPolicy(),
                policy.clusters(),
                policy.jwtProviders(),
                policy.defaults(),
                services,
                List.of());
    }

    /**
     * Those that are kept, and those that they send to by a subset: a service that has given a subset up, and is in force still,
     * has it for who is kept.
     */
    static PolicyDocument of(MeshPolicy policy, Set<String> kept, Set<String> inForce) {
        Set<String> names = new HashSet<>(kept);
        kept.stream()
                .map(policy.services()::get)
                .filter(service -> service != null)
                .flatMap(service -> service.rules().stream())
                .flatMap(rule -> rule.backendRefs().stream())
                .filter(ref -> ref.subset() != null)
                .map(BackendRef::name)
                .filter(inForce::contains)
                .forEach(names::add);
        return new PolicyDocument(of(policy, names), List.of(), Map.of(), Set.of());
    }
}
