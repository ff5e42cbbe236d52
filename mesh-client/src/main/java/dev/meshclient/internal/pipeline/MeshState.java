package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.authz.Boundary;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.Scope;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One policy, compiled: which layers a host's requests travel through. Immutable, swapped whole. */
final class MeshState {
    private final AppliedPolicy standing;
    private final Map<String, CallLayer> services;
    private final Map<String, List<Entry>> hosts;
    private final Suffixes<List<Entry>> suffixes;
    private final Boundary boundary;

    private record Entry(Hosts.Pattern pattern, CallLayer layers) {}

    private MeshState(
            AppliedPolicy standing,
            Map<String, CallLayer> services,
            Map<String, List<Entry>> hosts,
            Suffixes<List<Entry>> suffixes,
            Boundary boundary) {
        this.standing = standing;
        this.services = services;
        this.hosts = hosts;
        this.suffixes = suffixes;
        this.boundary = boundary;
    }

    /** Collects services, then is a state. */
    static final class Builder {
        private final Map<String, CallLayer> services = new LinkedHashMap<>();
        private final Map<String, List<Entry>> hosts = new HashMap<>();
        private final Map<String, List<Entry>> suffixes = new HashMap<>();
        private Boundary boundary = Boundary.closed("", "no policy decides who may call us");

        /** Who may call us. */
        void boundary(Boundary ofOurs) {
            boundary = ofOurs;
        }

        /** Who comes first has a host. */
        void add(String service, List<String> authorities, CallLayer layers) {
            add(service, authorities, layers, layers);
        }

        /** @param entrance to the layers */
        void add(String service, List<String> authorities, CallLayer layers, CallLayer entrance) {
            services.put(service, layers);
            for (String authority : authorities) {
                Hosts.Pattern pattern = Hosts.parse(authority);
                List<Entry> entries = pattern.isSuffix()
                        ? suffixes.computeIfAbsent(pattern.suffix(), s -> new ArrayList<>(1))
                        : hosts.computeIfAbsent(pattern.host(), h -> new ArrayList<>(1));
                if (entries.stream().noneMatch(e -> e.pattern.equals(pattern))) {
                    entries.add(new Entry(pattern, entrance));
                }
            }
        }

        MeshState build(AppliedPolicy standing) {
            // A host with its port is more to the point than the host alone.
            hosts.values().forEach(list -> list.sort((a, b) -> Integer.compare(b.pattern.port(), a.pattern.port())));
            return new MeshState(standing, services, hosts, Suffixes.of(suffixes), boundary);
        }
    }

    /**
     * The layers of the service that lists this host and port; null if none does. A host that is listed by name, with another
     * port only, is not looked for among the patterns; then the longest suffix counts.
     */
    @Nullable
    CallLayer find(String host, int port) {
        List<Entry> exact = hosts.get(host);
        if (exact != null) {
            return take(exact, port);
        }
        CallLayer found = take(suffixes.find(host), port);
        return found != null ? found : take(hosts.get("*"), port);
    }

    /** Whether a service lists this host, be it with another port. */
    boolean lists(String host) {
        return hosts.containsKey(host) || suffixes.find(host) != null || hosts.containsKey("*");
    }

    /** Whether the document speaks of this host: then one that it does not list has no policy. */
    boolean speaksOf(String host) {
        Scope scope = standing.scope();
        return scope == null || scope.covers(Hosts.spelled(host));
    }

    /** Whether the document speaks of every host. */
    boolean isWhole() {
        return standing.scope() == null;
    }

    private static @Nullable CallLayer take(@Nullable List<Entry> entries, int port) {
        if (entries != null) {
            for (int i = 0; i < entries.size(); i++) {
                if (entries.get(i).pattern.takes(port)) {
                    return entries.get(i).layers;
                }
            }
        }
        return null;
    }

    /** Who may call us. */
    Boundary boundary() {
        return boundary;
    }

    /** What this was made of. */
    AppliedPolicy standing() {
        return standing;
    }

    /** {@code epoch/version} of the document. */
    String revision() {
        return standing.revision();
    }

    OutboundTrafficPolicy outboundTrafficPolicy() {
        return standing.outboundTrafficPolicy();
    }

    /** The layers of a service, as text for people; empty if it has none. */
    String pipeline(String service) {
        CallLayer layers = services.get(service);
        return layers == null ? "" : layers.toString();
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("policy ").append(standing.revision());
        services.forEach((name, layers) -> text.append('\n').append(layers));
        return text.toString();
    }
}
