package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Slot;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The attempts in flight of the groups of a backend, for bounded loads. They outlive plans and policies. */
final class GroupLoads {
    static final Slot<GroupLoads> SLOT = Slot.of(GroupLoads::new);

    /** Of a backend without hashes. */
    static final GroupLoads UNUSED = new GroupLoads();

    private final Map<Group, AtomicInteger> inFlight = new ConcurrentHashMap<>();

    private record Group(int priority, boolean degraded, String zone) {}

    AtomicInteger of(int priority, Tier.Kind kind, String zone) {
        return inFlight.computeIfAbsent(
                new Group(priority, kind == Tier.Kind.DEGRADED, zone), group -> new AtomicInteger());
    }
}
