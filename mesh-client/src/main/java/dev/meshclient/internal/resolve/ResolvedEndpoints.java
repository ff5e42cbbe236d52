package dev.meshclient.internal.resolve;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.endpoint.EndpointTable;
import dev.meshclient.internal.endpoint.Resolver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a service by its names: one for each address that they stand for. Outlives policies: a call that waits for
 * the first answer gets it although a new policy came meanwhile.
 */
public final class ResolvedEndpoints {
    private final String service;
    private final DnsCache names;
    private volatile Members members;

    /** What policy lists: where it is a name, all the rest is said of each of its addresses. */
    public record Entry(dev.meshclient.policy.Endpoint stated, int priority) {
        /** The name to look up; null: it is an address. */
        public @Nullable String name() {
            return Resolver.isAddress(stated.address())
                    ? null
                    : stated.address().toLowerCase(Locale.ROOT);
        }
    }

    /** A subset, by labels: all, if there are none. */
    public record Part(ResolvedEndpoints roster, Map<String, String> labels) {
        boolean has(Entry entry) {
            return entry.stated.labels().entrySet().containsAll(labels.entrySet());
        }
    }

    private record Listed(Entry entry, @Nullable DnsEntry name) {
        List<String> addresses() {
            return name == null
                    ? List.of(entry.stated.address())
                    : name.answer().addresses();
        }
    }

    private record Member(Entry entry, Endpoint endpoint) {}

    /** Swapped whole, and compared by identity. */
    static final class Members {
        private final List<Listed> listed;
        private final Map<EndpointTable.Key, Member> byKey;

        private Members(List<Listed> listed, Map<EndpointTable.Key, Member> byKey) {
            this.listed = listed;
            this.byKey = byKey;
        }

        List<Endpoint> of(Part part) {
            return byKey.values().stream()
                    .filter(m -> part.has(m.entry))
                    .map(Member::endpoint)
                    .toList();
        }

        List<DnsEntry> names(Part part) {
            return listed.stream()
                    .filter(l -> part.has(l.entry))
                    .map(Listed::name)
                    .filter(Objects::nonNull)
                    .distinct()
                    .toList();
        }
    }

    public ResolvedEndpoints(String service, DnsCache names) {
        this.service = service;
        this.names = names;
        this.members = new Members(List.of(), Map.of());
    }

    /** Lists these from now on; {@code states} has those of endpoints that are known, or new ones. */
    public void list(List<Entry> entries, Function<EndpointTable.Key, EndpointState> states) {
        List<Listed> listed = entries.stream()
                .map(e -> {
                    String name = e.name();
                    return new Listed(e, name == null ? null : names.name(name));
                })
                .toList();
        members = new Members(listed, members(listed, states));
    }

    /** Takes over what names stand for now; the consumer is told of every endpoint that goes. */
    public void refresh(EndpointTable table, Consumer<EndpointState> gone) {
        Members before = members;
        Map<EndpointTable.Key, Member> fresh = members(before.listed, table::state);
        if (!fresh.keySet().equals(before.byKey.keySet())) {
            members = new Members(before.listed, fresh);
            before.byKey.keySet().stream()
                    .filter(key -> !fresh.containsKey(key))
                    .forEach(key -> table.forget(key, gone));
        }
    }

    private Map<EndpointTable.Key, Member> members(
            List<Listed> listed, Function<EndpointTable.Key, EndpointState> states) {
        Map<EndpointTable.Key, Member> fresh = new LinkedHashMap<>();
        for (Listed place : listed) {
            dev.meshclient.policy.Endpoint stated = place.entry.stated;
            String cluster = stated.cluster() == null ? "" : stated.cluster();
            for (String address : place.addresses()) { // that two names share is the first one's
                fresh.computeIfAbsent(
                        new EndpointTable.Key(service, cluster, address, stated.port()),
                        key -> new Member(
                                place.entry, Endpoint.of(stated, address, place.entry.priority, states.apply(key))));
            }
        }
        return fresh;
    }

    /** What policy says, of each address that is known. */
    public List<dev.meshclient.policy.Endpoint> found() {
        return members.byKey.values().stream()
                .map(m -> {
                    dev.meshclient.policy.Endpoint stated = m.entry.stated;
                    return new dev.meshclient.policy.Endpoint(
                            m.endpoint.address(),
                            stated.port(),
                            stated.locality(),
                            stated.cluster(),
                            stated.weight(),
                            stated.health(),
                            stated.labels(),
                            stated.serviceAccount(),
                            stated.tlsMode());
                })
                .toList();
    }

    Members members() {
        return members;
    }

    DnsCache names() {
        return names;
    }

    @Override
    public String toString() {
        return members.listed.stream().map(l -> l.entry.stated.address()).collect(Collectors.joining(", "));
    }
}
