package dev.meshclient.internal.resolve;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.Gateway;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.Slot;
import dev.meshclient.policy.Cluster;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints that the names of a service resolve to: one for each address. Outlives policies: a call that waits for the
 * first answer gets it even if a new policy arrives meanwhile.
 */
public final class ResolvedEndpoints {
    /** The slot of a service. */
    public static final Slot<ResolvedEndpoints> SLOT = Slot.of(ResolvedEndpoints::new);

    /** How long after the first entries each address counts as known before: names are not answered at the same moment. */
    private static final long FIRST_ANSWERS_NANOS = 25_000_000_000L;

    private volatile List<Listed> listed = List.of();
    private volatile long firstAt;

    /**
     * An entry of the policy: if it is a name, everything else it states applies to each of its addresses.
     *
     * @param gateway reaches it, whatever the addresses of its name; null: none
     */
    public record Entry(
            dev.meshclient.policy.Endpoint stated,
            Cluster cluster,
            @Nullable Gateway gateway) {
        /** The name to look up; null: the entry is an address. */
        public @Nullable String name() {
            return gateway != null || Resolver.isAddress(stated.address())
                    ? null
                    : stated.address().toLowerCase(Locale.ROOT);
        }
    }

    private record Listed(Entry entry, @Nullable DnsEntry name) {
        List<String> addresses() {
            return name == null
                    ? List.of(entry.stated.address())
                    : name.answer().addresses();
        }
    }

    /** Entries whose names are looked up; not in force yet. */
    public static final class Lookups {
        private final List<Listed> listed;

        private Lookups(List<Listed> listed) {
            this.listed = listed;
        }

        /** Starts to look up the names that are not known yet. */
        public static Lookups start(List<Entry> entries, DnsCache names) {
            return new Lookups(entries.stream()
                    .map(e -> {
                        String name = e.name();
                        return new Listed(e, name == null ? null : names.name(name));
                    })
                    .toList());
        }
    }

    /** Lists these entries from now on; the consumer gets every endpoint that the service has lost. */
    public void list(ServiceState service, Lookups lookups, long now, Consumer<EndpointHealth> gone) {
        if (listed.isEmpty()) {
            firstAt = now;
        }
        listed = lookups.listed;
        list(service, now, gone);
    }

    private void list(ServiceState service, long now, Consumer<EndpointHealth> gone) {
        if (now - firstAt < FIRST_ANSWERS_NANOS) {
            service.endpoints(found(service), gone);
        } else {
            service.endpoints(found(service), now, gone);
        }
    }

    /** The entries of the service have no names any more. */
    public void clear() {
        listed = List.of();
    }

    /** Adds the names that are looked up for this service. */
    public void addNamesTo(Set<String> used) {
        listed.stream().map(Listed::name).filter(Objects::nonNull).forEach(name -> used.add(name.text));
    }

    /** Takes over the current addresses of the names; the consumer gets every endpoint that the service has lost. */
    public static void refresh(ServiceState service, long now, Consumer<EndpointHealth> gone) {
        ResolvedEndpoints resolved = service.find(SLOT);
        if (resolved != null && !resolved.listed.isEmpty()) {
            resolved.list(service, now, gone);
        }
    }

    private EndpointList found(ServiceState service) {
        EndpointList.Next found = service.endpoints().next();
        Set<Place> places = new HashSet<>();
        for (Listed place : listed) {
            dev.meshclient.policy.Endpoint stated = place.entry.stated;
            for (String address : place.addresses()) { // an address of two names belongs to the first
                if (places.add(new Place(stated.cluster(), address, stated.port()))) {
                    if (place.entry.gateway == null) {
                        found.add(stated, address, place.entry.cluster);
                    } else {
                        found.add(stated, place.entry.cluster, place.entry.gateway);
                    }
                }
            }
        }
        return found.build();
    }

    private record Place(@Nullable String cluster, String address, int port) {}

    /** The names of a subset, by labels; all names if there are no labels. */
    List<DnsEntry> names(Map<String, String> labels) {
        return listed.stream()
                .filter(l -> l.entry.stated.labels().entrySet().containsAll(labels.entrySet()))
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
