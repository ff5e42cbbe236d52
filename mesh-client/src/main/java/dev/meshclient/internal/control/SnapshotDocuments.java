package dev.meshclient.internal.control;

import dev.meshclient.internal.pipeline.AcceptedService;
import dev.meshclient.policy.BackendRef;
import dev.meshclient.policy.JwtProvider;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.RequestAuthentication;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The services in force as policy documents. Each service comes from some document, but together they may not form a valid one:
 * a kept service may send calls to a removed one, for which a service without endpoints stands in here.
 */
final class SnapshotDocuments {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.policy");
    /** A service in a document needs a host; no URL that resolves has this one (RFC 6761). */
    private static final String NO_HOST = ".no-host.invalid";

    private static final String STAND_IN = ".stand-in.invalid";
    private static final Metadata HEAD = new Metadata("snapshot", null, null, null, null, null);

    private SnapshotDocuments() {}

    /** Services that one document can contain. */
    record Part(Map<String, AcceptedService> services, Map<String, JwtProvider> jwtProviders) {
        Part() {
            this(new LinkedHashMap<>(), new LinkedHashMap<>());
        }

        /** Documents of two revisions may use one name for two providers. */
        boolean take(String name, AcceptedService service) {
            Map<String, JwtProvider> providers = providersOf(service.service());
            boolean fits = providers.entrySet().stream()
                    .allMatch(p -> p.getValue().equals(jwtProviders.getOrDefault(p.getKey(), p.getValue())));
            if (fits) {
                jwtProviders.putAll(providers);
                services.put(name, service);
            }
            return fits;
        }

        byte[] json() throws IOException {
            Map<String, Service> all = new LinkedHashMap<>();
            services.forEach((name, accepted) -> all.put(name, accepted.service()));
            return SnapshotDocuments.of(MeshPolicy.builder()
                    .metadata(HEAD)
                    .jwtProviders(jwtProviders)
                    .services(all)
                    .build());
        }
    }

    private static Map<String, JwtProvider> providersOf(Service service) {
        RequestAuthentication authentication =
                service.settings().backend().access().requestAuthentication();
        return authentication == null ? Map.of() : authentication.providers();
    }

    /** All services, in as few documents as possible. */
    static List<Part> of(Map<String, AcceptedService> services) {
        List<Part> parts = new ArrayList<>();
        services.forEach((name, service) -> {
            if (parts.stream().noneMatch(part -> part.take(name, service))) {
                Part part = new Part();
                part.take(name, service);
                parts.add(part);
            }
        });
        return parts;
    }

    static byte[] of(MeshPolicy policy) throws IOException {
        Map<String, Service> services = new LinkedHashMap<>();
        missing(policy).forEach((name, subsets) -> services.put(name, standIn(services.size() + STAND_IN, subsets)));
        policy.services()
                .forEach((name, service) -> services.put(
                        name, service.hosts().isEmpty() ? with(service, List.of(services.size() + NO_HOST)) : service));
        try {
            return PolicyCodec.write(policy.toBuilder()
                    .services(services)
                    .removed(policy.removed().stream()
                            .filter(name -> !services.containsKey(name))
                            .toList())
                    .build());
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Missing services that rules send calls to, with the subsets. */
    private static Map<String, Set<String>> missing(MeshPolicy policy) {
        Map<String, Set<String>> missing = new LinkedHashMap<>();
        policy.services().values().stream()
                .flatMap(service -> service.rules().stream())
                .flatMap(rule -> rule.backendRefs().stream())
                .filter(ref -> !policy.services().containsKey(ref.name()))
                .forEach(ref -> add(missing, ref));
        return missing;
    }

    private static void add(Map<String, Set<String>> missing, BackendRef ref) {
        Set<String> subsets = missing.computeIfAbsent(ref.name(), name -> new LinkedHashSet<>());
        if (ref.subset() != null) {
            subsets.add(ref.subset());
        }
    }

    private static Service standIn(String host, Set<String> subsets) {
        return Service.builder()
                .hosts(List.of(host))
                .subsets(subsets.stream()
                        .map(name -> new Subset(name, Map.of(), Settings.NONE))
                        .toList())
                .build();
    }

    /** A later version of this library may refuse what an earlier one accepted. */
    static MeshPolicy read(byte[] json) throws PolicyException {
        PolicyDocument document = PolicyCodec.read(json, json.length);
        document.refused()
                .forEach((name, refused) ->
                        LOG.warn("service {} of the policy snapshot is ignored: {}", name, refused.problems()));
        MeshPolicy policy = document.policy();
        Map<String, Service> services = new LinkedHashMap<>(policy.services());
        services.values().removeIf(service -> isOnly(service, STAND_IN));
        services.replaceAll((name, service) -> isOnly(service, NO_HOST) ? with(service, List.of()) : service);
        return policy.toBuilder().services(services).build();
    }

    private static boolean isOnly(Service service, String host) {
        return service.hosts().size() == 1 && service.hosts().get(0).endsWith(host);
    }

    private static Service with(Service s, List<String> hosts) {
        return s.toBuilder().hosts(hosts).build();
    }
}
