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
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The endpoints of a service by its names: one for each address that they stand for. Swapped whole when that changes. */
public final class Roster {
    private final String service;
    private final List<Listed> listed;
    private final Names names;
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
    public record Part(Roster roster, Map<String, String> labels) {
        boolean has(Entry entry) {
            return entry.stated.labels().entrySet().containsAll(labels.entrySet());
        }
    }

    private record Listed(Entry entry, @Nullable Name name) {
        List<String> addresses() {
            return name == null
                    ? List.of(entry.stated.address())
                    : name.answer().addresses();
        }
    }

    private record Member(Entry entry, Endpoint endpoint) {}

    /** Compared by identity. */
    static final class Members {
        private final Map<EndpointTable.Key, Member> byKey;

        private Members(Map<EndpointTable.Key, Member> byKey) {
            this.byKey = byKey;
        }

        List<Endpoint> of(Part part) {
            return byKey.values().stream()
                    .filter(m -> part.has(m.entry))
                    .map(Member::endpoint)
                    .toList();
        }
    }

    /** @param states of endpoints that are known, or new ones */
    public Roster(String service, List<Entry> entries, Names names, Function<EndpointTable.Key, EndpointState> states) {
        this.service = service;
        this.names = names;
        this.listed = entries.stream()
                .map(e -> {
                    String name = e.name();
                    return new Listed(e, name == null ? null : names.name(name));
                })
                .toList();
        this.members = new Members(members(states));
    }

    /** Takes over what names stand for now; the consumer is told of every endpoint that goes. */
    public void refresh(EndpointTable table, Consumer<EndpointState> gone) {
        Set<EndpointTable.Key> before = members.byKey.keySet();
        Map<EndpointTable.Key, Member> fresh = members(table::state);
        if (!fresh.keySet().equals(before)) {
            members = new Members(fresh);
            before.stream().filter(key -> !fresh.containsKey(key)).forEach(key -> table.forget(key, gone));
        }
    }

    private Map<EndpointTable.Key, Member> members(Function<EndpointTable.Key, EndpointState> states) {
        Map<EndpointTable.Key, Member> fresh = new LinkedHashMap<>();
        for (Listed place : listed) {
            dev.meshclient.policy.Endpoint stated = place.entry.stated;
            String cluster = stated.cluster() == null ? "" : stated.cluster();
            for (String address : place.addresses()) { // that two names share is the first one's
                fresh.computeIfAbsent(
                        new EndpointTable.Key(service, cluster, address, stated.port()),
                        key -> new Member(
                                place.entry,
                                new Endpoint(
                                        address,
                                        stated.port(),
                                        stated.locality(),
                                        place.entry.priority,
                                        stated.weight(),
                                        stated.health(),
                                        states.apply(key))));
            }
        }
        return fresh;
    }

    Members members() {
        return members;
    }

    Names names() {
        return names;
    }

    /** The names of this part. */
    List<Name> names(Part part) {
        return listed.stream()
                .filter(l -> part.has(l.entry))
                .map(Listed::name)
                .filter(Objects::nonNull)
                .distinct()
                .toList();
    }

    @Override
    public String toString() {
        return listed.stream().map(l -> l.entry.stated.address()).collect(Collectors.joining(", "));
    }
}
