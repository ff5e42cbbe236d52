package dev.meshclient.internal.resolve;

import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.Resolver;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.Slot;
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
 * The endpoints of a service by its names: one for each address that the names stand for. Outlives policies: a call that waits for
 * the first answer gets it although a new policy came meanwhile.
 */
public final class ResolvedEndpoints {
    /** Of a service. */
    public static final Slot<ResolvedEndpoints> SLOT = Slot.of(ResolvedEndpoints::new);

    private volatile List<Listed> listed = List.of();

    /** What policy lists: where it is a name, all the rest is said of each of its addresses. */
    public record Entry(dev.meshclient.policy.Endpoint stated, int priority) {
        /** The name to look up; null: it is an address. */
        public @Nullable String name() {
            return Resolver.isAddress(stated.address())
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

    /** Lists these from now on; the consumer gets every endpoint that the service has no more. */
    public void list(ServiceState service, List<Entry> entries, DnsCache names, Consumer<EndpointHealth> gone) {
        listed = entries.stream()
                .map(e -> {
                    String name = e.name();
                    return new Listed(e, name == null ? null : names.name(name));
                })
                .toList();
        service.endpoints(found(service), gone);
    }

    /** The service is not reached by names any more. */
    public void clear() {
        listed = List.of();
    }

    /** The names that are looked up for it. */
    public void addNamesTo(Set<String> used) {
        listed.stream().map(Listed::name).filter(Objects::nonNull).forEach(name -> used.add(name.text));
    }

    /** Takes over what names stand for now; the consumer gets every endpoint that the service has no more. */
    public static void refresh(ServiceState service, Consumer<EndpointHealth> gone) {
        ResolvedEndpoints resolved = service.find(SLOT);
        if (resolved != null && !resolved.listed.isEmpty()) {
            service.endpoints(resolved.found(service), gone);
        }
    }

    private EndpointList found(ServiceState service) {
        EndpointList.Next found = service.endpoints().next();
        Set<Place> places = new HashSet<>();
        for (Listed place : listed) {
            dev.meshclient.policy.Endpoint stated = place.entry.stated;
            for (String address : place.addresses()) { // that two names share is the first one's
                if (places.add(new Place(stated.cluster(), address, stated.port()))) {
                    found.add(stated, address, place.entry.priority);
                }
            }
        }
        return found.build();
    }

    private record Place(@Nullable String cluster, String address, int port) {}

    /** The names of a subset, by labels: of all, if there are none. */
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
