package dev.meshclient.internal.control;

import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.Service;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Replaces services and endpoints of a document by the equal objects of the previous one: they are stored once and compared
 * once.
 */
final class SharedParts {
    private SharedParts() {}

    static PolicyDocument of(PolicyDocument next, PolicyDocument before) {
        MeshPolicy policy = next.policy();
        Map<String, Service> services = new LinkedHashMap<>();
        policy.services().forEach((name, service) -> {
            Service was = before.policy().services().get(name);
            services.put(name, was == null ? service : service.equals(was) ? was : withEndpointsOf(was, service));
        });
        MeshPolicy shared = policy.toBuilder().services(services).build();
        return new PolicyDocument(shared, next.unknownFields(), next.refused(), next.unresolved());
    }

    private static Service withEndpointsOf(Service was, Service s) {
        List<Endpoint> endpoints = new ArrayList<>(s.endpoints());
        for (int i = Math.min(endpoints.size(), was.endpoints().size()) - 1; i >= 0; i--) {
            if (endpoints.get(i).equals(was.endpoints().get(i))) {
                endpoints.set(i, was.endpoints().get(i));
            }
        }
        return s.toBuilder().endpoints(endpoints).build();
    }
}
