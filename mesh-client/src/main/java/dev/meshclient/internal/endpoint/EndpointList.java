package dev.meshclient.internal.endpoint;

import dev.meshclient.policy.Cluster;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a service, or its endpoints with the labels of a subset, at one time. Immutable: its identity serves as its
 * version.
 */
public final class EndpointList {
    /** No endpoints. */
    public static final EndpointList NONE = new EndpointList(null, List.of());

    private final @Nullable EndpointList whole; // null: this list is the whole
    private final List<Endpoint> endpoints;
    private volatile boolean
            indexed; // in force, each endpoint listed once: the places of endpoints are those of this list

    private EndpointList(@Nullable EndpointList whole, List<Endpoint> endpoints) {
        this.whole = whole;
        this.endpoints = endpoints;
    }

    /** All endpoints of a service. */
    public static EndpointList of(List<Endpoint> endpoints) {
        return new EndpointList(null, List.copyOf(endpoints));
    }

    /** The endpoints with these labels. */
    public EndpointList with(Map<String, String> labels) {
        if (labels.isEmpty()) {
            return this;
        }
        List<Endpoint> some = new ArrayList<>();
        for (int i = 0; i < endpoints.size(); i++) {
            Endpoint endpoint = endpoints.get(i);
            if (endpoint.labels().entrySet().containsAll(labels.entrySet())) {
                some.add(endpoint);
            }
        }
        return some.size() == endpoints.size() ? this : new EndpointList(whole(), List.copyOf(some));
    }

    /** The endpoints in the order of the policy. */
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /** Whether the list contains this endpoint. */
    public boolean has(EndpointHealth state) {
        return positions(List.of(state), endpoints).length > 0;
    }

    /** Whether the list contains this endpoint and states that it gets calls. */
    public boolean isInService(EndpointHealth state) {
        return Arrays.stream(positions(List.of(state), endpoints))
                .anyMatch(i -> endpoints.get(i).isInService());
    }

    private EndpointList whole() {
        return whole == null ? this : whole;
    }

    /**
     * The positions of endpoints within a part of the list, ascending. Takes logarithmic time for each endpoint in the list in
     * force, and linear time in an earlier or later list.
     *
     * @param some a part of these endpoints, in the same order
     */
    public int[] positions(List<EndpointHealth> states, List<Endpoint> some) {
        EndpointList whole = whole();
        int[] positions = new int[states.size()];
        int found = 0;
        for (int i = 0; i < positions.length; i++) {
            EndpointHealth state = states.get(i);
            if (!whole.indexed || !whole.hasInPlace(state)) {
                return scan(states, some);
            }
            int at = search(state, some);
            if (at >= 0) {
                positions[found++] = at;
            }
        }
        positions = found == positions.length ? positions : Arrays.copyOf(positions, found);
        Arrays.sort(positions);
        return positions;
    }

    /** Whether the list contains this endpoint; for lists of the endpoints in force. */
    boolean hasInPlace(EndpointHealth state) {
        int place = state.place();
        return place < endpoints.size() && endpoints.get(place).state() == state;
    }

    private static int search(EndpointHealth state, List<Endpoint> some) {
        int place = state.place();
        int low = 0;
        int high = some.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            EndpointHealth other = some.get(middle).state();
            if (other == state) {
                return middle;
            }
            if (other.place() < place) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    private static int[] scan(List<EndpointHealth> states, List<Endpoint> some) {
        Set<EndpointHealth> wanted = new HashSet<>(states); // compares by identity
        return IntStream.range(0, some.size())
                .filter(i -> wanted.contains(some.get(i).state()))
                .toArray();
    }

    /**
     * Takes note of each endpoint that begins to get calls with this list, if another one got some before: that is warm.
     *
     * @param before the list in force
     */
    void begin(EndpointList before, long now) {
        List<EndpointHealth> begun = new ArrayList<>();
        boolean anyWarm = false;
        for (int i = 0; i < endpoints.size() && !before.endpoints.isEmpty(); i++) {
            Endpoint endpoint = endpoints.get(i);
            if (endpoint.isInService() && before.hadCalls(endpoint)) {
                anyWarm = true;
            } else if (endpoint.isInService()) {
                begun.add(endpoint.state());
            }
        }
        if (anyWarm) {
            begun.forEach(state -> state.begin(now));
        }
    }

    /** The endpoints behind a gateway have one state: what the policy states of one of them says little about the others. */
    private boolean hadCalls(Endpoint endpoint) {
        EndpointHealth state = endpoint.state();
        return hasInPlace(state)
                && (endpoint.gateway() != null || endpoints.get(state.place()).isInService());
    }

    /** Puts the list in force: the service has these endpoints now, and lookups are fast. */
    void inForce() {
        for (int i = 0; i < endpoints.size(); i++) {
            endpoints.get(i).state().place(i);
        }
        boolean once = true;
        for (int i = 0; i < endpoints.size(); i++) {
            once &= endpoints.get(i).state().place() == i;
        }
        indexed = once;
    }

    /** Another list is put in force: the places of endpoints will be those of that list. */
    void notInForce() {
        indexed = false;
    }

    /** Begins the next list. */
    public Next next() {
        return new Next(this);
    }

    /** Collects endpoints and keeps the state, and where possible the object, of each endpoint that the previous list has. */
    public static final class Next {
        private final EndpointList before;
        private final List<Endpoint> endpoints;
        private @Nullable Map<Key, EndpointHealth> states; // created when an endpoint has moved
        private boolean same = true;

        private record Key(String cluster, String address, int port) {
            // Written out, since the JVM would make them of method handles when a process starts.

            @Override
            public boolean equals(@Nullable Object other) {
                return other instanceof Key that
                        && port == that.port
                        && cluster.equals(that.cluster)
                        && address.equals(that.address);
            }

            @Override
            public int hashCode() {
                return (31 * cluster.hashCode() + address.hashCode()) * 31 + port;
            }
        }

        private Next(EndpointList before) {
            this.before = before;
            this.endpoints = new ArrayList<>(before.endpoints.size());
        }

        /**
         * @param stated the policy's entry
         * @param address its own address, or an address that its name resolves to
         * @param cluster its cluster
         */
        public void add(dev.meshclient.policy.Endpoint stated, String address, Cluster cluster) {
            add(stated, address, stated.port(), cluster, null);
        }

        /** Adds an endpoint that a gateway reaches. The endpoints behind one gateway have one state. */
        public void add(dev.meshclient.policy.Endpoint stated, Cluster cluster, Gateway gateway) {
            add(stated, gateway.address(), gateway.port(), cluster, gateway);
        }

        private void add(
                dev.meshclient.policy.Endpoint stated,
                String address,
                int port,
                Cluster cluster,
                @Nullable Gateway gateway) {
            int at = endpoints.size();
            Endpoint was = at < before.endpoints.size() ? before.endpoints.get(at) : null;
            if (was == null || !was.isAt(stated, address, port)) {
                same = false;
                endpoints.add(Endpoint.of(stated, cluster, gateway, state(stated, address, port)));
            } else if (was.is(stated, cluster, gateway)) {
                endpoints.add(was);
            } else {
                same = false;
                endpoints.add(Endpoint.of(stated, cluster, gateway, was.state()));
            }
        }

        private EndpointHealth state(dev.meshclient.policy.Endpoint stated, String address, int port) {
            Map<Key, EndpointHealth> known = states;
            if (known == null) {
                known = new HashMap<>();
                for (Endpoint e : before.endpoints) {
                    known.put(new Key(e.cluster(), e.address(), e.port()), e.state());
                }
                states = known;
            }
            String cluster = stated.cluster() == null ? "" : stated.cluster();
            return known.computeIfAbsent(
                    new Key(cluster, address, port), key -> new EndpointHealth(key.address, key.port));
        }

        /** The list; the previous list if nothing has changed. */
        public EndpointList build() {
            return same && endpoints.size() == before.endpoints.size() ? before : of(endpoints);
        }
    }
}
