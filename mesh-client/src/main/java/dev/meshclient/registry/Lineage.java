package dev.meshclient.registry;

import dev.meshclient.internal.version.VersionOrder;
import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Decider: which older documents are needed beside the last one, since services are in force as those say. An older one is held
 * as long as one service is kept from it.
 */
final class Lineage {
    /** A registry that makes another service bad with each document must not fill memory and disk. */
    static final int OLDER_AT_MOST = 8;

    private final VersionOrder order = new VersionOrder();
    private Map<String, Held> held = new LinkedHashMap<>();
    private @Nullable Source last;
    private int count;

    @SuppressWarnings("ArrayRecordComponent") // told apart by its number
    private record Source(int number, byte[] json, Set<String> services) {}

    /** @param until when the service goes at the latest */
    private record Held(Source from, Instant until) {}

    /** What a snapshot says is in force. */
    void resumed(Snapshot snapshot, MeshPolicy policy) {
        snapshot.order().forEach(order::applied);
        for (Snapshot.Older older : snapshot.older()) {
            Source source = new Source(count++, older.json(), older.services().keySet());
            older.services().forEach((name, until) -> held.put(name, new Held(source, until)));
        }
        order.applied(policy.metadata());
        last = new Source(count++, snapshot.json(), policy.services().keySet());
    }

    /**
     * This document is in force, beside what is kept from those before.
     *
     * @return services that are in force and that are not held any more, since they are from too many documents
     */
    List<String> follows(byte[] json, MeshPolicy policy, List<PolicySource.Kept> kept, Instant now) {
        Map<String, Held> next = new LinkedHashMap<>();
        for (PolicySource.Kept service : kept) {
            Held before = held.get(service.service());
            Instant until = service.dropsIn() == null ? Instant.MAX : now.plus(service.dropsIn());
            if (before != null) {
                // A process that begins anew gives it its whole time again; the next one shall not.
                boolean sooner = service.dropsIn() != null && before.until().isBefore(until);
                next.put(service.service(), new Held(before.from(), sooner ? before.until() : until));
            } else if (last != null && last.services().contains(service.service())) {
                next.put(service.service(), new Held(last, until));
            }
        }
        held = next;
        order.applied(policy.metadata());
        last = new Source(count++, json, policy.services().keySet());
        return dropOldest();
    }

    private List<String> dropOldest() {
        List<String> dropped = new ArrayList<>();
        List<Integer> numbers = held.values().stream()
                .map(h -> h.from().number())
                .distinct()
                .sorted()
                .toList();
        if (numbers.size() > OLDER_AT_MOST) {
            int eldest = numbers.get(numbers.size() - OLDER_AT_MOST);
            held.forEach((name, h) -> {
                if (h.from().number() < eldest) {
                    dropped.add(name);
                }
            });
            dropped.forEach(held::remove);
        }
        return dropped;
    }

    /** Oldest first, without the services whose time is up. */
    List<Snapshot.Older> older(Instant now) {
        List<Source> sources = held.values().stream()
                .map(Held::from)
                .distinct()
                .sorted((a, b) -> Integer.compare(a.number(), b.number()))
                .toList();
        List<Snapshot.Older> older = new ArrayList<>();
        for (Source source : sources) {
            Map<String, Instant> services = new LinkedHashMap<>();
            held.forEach((name, h) -> {
                if (h.from() == source && now.isBefore(h.until())) {
                    services.put(name, h.until());
                }
            });
            if (!services.isEmpty()) {
                older.add(new Snapshot.Older(source.json(), services));
            }
        }
        return older;
    }

    List<Metadata> order() {
        return order.remembered();
    }
}
