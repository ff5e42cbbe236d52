package dev.meshclient.registry;

import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.Scope;
import dev.meshclient.policy.Service;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

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

    /** Says that these are missing, and nothing else: a part that speaks of none of them would leave that open. */
    static PolicyDocument without(Set<String> absent, MeshPolicy policy) {
        Set<String> lowerCase =
                absent.stream().map(name -> name.toLowerCase(Locale.ROOT)).collect(Collectors.toSet());
        Metadata m = policy.metadata();
        return new PolicyDocument(
                new MeshPolicy(
                        new Metadata(m.mesh(), m.epoch(), m.version(), m.generated(), m.ttl(), new Scope(lowerCase)),
                        policy.trustDomain(),
                        policy.outboundTrafficPolicy(),
                        policy.clusters(),
                        policy.jwtProviders(),
                        policy.defaults(),
                        Map.of(),
                        List.of()),
                List.of(),
                Map.of(),
                Set.of());
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
