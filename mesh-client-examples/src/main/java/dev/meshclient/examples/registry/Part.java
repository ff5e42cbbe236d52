package dev.meshclient.examples.registry;

import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.json.PolicyCodec;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The part of a document for some hosts: their services, and the services to which these send calls. */
final class Part {
    private Part() {}

    /** The hosts of {@code ?hosts=a,b}; null: the query has none, and the request is for the whole document. */
    static @Nullable List<String> hosts(URI requested) {
        String query = requested.getRawQuery();
        return query == null
                ? null
                : Arrays.stream(query.split("&", -1))
                        .filter(parameter -> parameter.startsWith("hosts="))
                        .findFirst()
                        .map(parameter -> Arrays.stream(
                                        parameter.substring("hosts=".length()).split(",", -1))
                                .map(host -> URLDecoder.decode(host, StandardCharsets.UTF_8))
                                .filter(DocumentScope::canHold)
                                .toList())
                        .orElse(null);
    }

    /** A document with a problem is sent as a whole, so that its readers report the problem. */
    static String of(String document, List<String> hosts) {
        try {
            MeshPolicy policy = PolicyCodec.readStrict(document.getBytes(StandardCharsets.UTF_8))
                    .policy();
            return new String(
                    PolicyCodec.write(of(policy, new DocumentScope(new TreeSet<>(hosts)))), StandardCharsets.UTF_8);
        } catch (PolicyException e) {
            return document;
        }
    }

    private static MeshPolicy of(MeshPolicy policy, DocumentScope scope) {
        Map<String, Service> services = new LinkedHashMap<>();
        Deque<String> needed = new ArrayDeque<>();
        policy.services().forEach((name, service) -> {
            if (scope.covers(name) || service.hosts().stream().anyMatch(host -> isAsked(host, scope))) {
                needed.add(name);
            }
        });
        while (!needed.isEmpty()) {
            String name = needed.remove();
            Service service = policy.services().get(name);
            if (service != null && services.put(name, service) == null) {
                service.rules().forEach(rule -> rule.backendRefs().forEach(ref -> needed.add(ref.name())));
            }
        }
        return policy.toBuilder()
                .metadata(policy.metadata().toBuilder().scope(scope).build())
                .services(services)
                .removed(policy.removed().stream().filter(scope::covers).toList())
                .build();
    }

    /** A host of a service may have a port or a wildcard. */
    private static boolean isAsked(String host, DocumentScope scope) {
        String name = host.replaceFirst(":[0-9]+$", "").toLowerCase(Locale.ROOT);
        return name.equals("*")
                || (name.startsWith("*.")
                        ? scope.hosts().stream().anyMatch(asked -> asked.endsWith(name.substring(1)))
                        : scope.covers(name));
    }
}
