package dev.meshclient.internal.control;

import dev.meshclient.internal.pipeline.AcceptedService;
import dev.meshclient.internal.pipeline.AppliedPolicy;
import dev.meshclient.internal.source.Remembered;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Metadata;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The policy in force in a form that outlives the process.
 *
 * @param policy the policy in force; its times belong to the process that wrote it and are not written
 * @param dropsAt when each service is dropped that documents do not list any more
 * @param order the order of versions, as {@code VersionOrder.remembered()} states it
 * @param confirmed when the source last confirmed this policy
 * @param ttl how long it may be trusted after that; null: for ever
 * @param memory what the source needs to continue
 */
record Snapshot(
        AppliedPolicy policy,
        Map<String, Instant> dropsAt,
        List<Metadata> order,
        Instant confirmed,
        @Nullable Duration ttl,
        Map<String, Remembered> memory) {
    Snapshot {
        dropsAt = Map.copyOf(dropsAt);
        order = List.copyOf(order);
        memory = Map.copyOf(memory);
    }

    /** @param now the time of the mesh at {@code wall} */
    static Map<String, Instant> dropsAt(AppliedPolicy policy, long now, Instant wall, long staleNanos) {
        Map<String, Instant> dropsAt = new LinkedHashMap<>();
        policy.absentSince()
                .forEach((name, since) -> dropsAt.put(name, wall.plusNanos(Math.max(0, since + staleNanos - now))));
        return dropsAt;
    }

    Snapshot confirmed(Instant when) {
        return new Snapshot(policy, dropsAt, order, when, ttl, memory);
    }

    boolean isExpired(Instant wall) {
        return ttl != null && age(wall).compareTo(ttl) > 0;
    }

    Duration age(Instant wall) {
        return Duration.between(confirmed, wall);
    }

    /**
     * The policy in the times of this process, without services whose time has expired: a restart does not delay the drop of a
     * service.
     */
    AppliedPolicy applied(long now, Instant wall, long staleNanos) {
        Map<String, AcceptedService> services = new LinkedHashMap<>(policy.services());
        Map<String, Long> absentSince = new LinkedHashMap<>();
        dropsAt.forEach((name, at) -> {
            long left = Math.min(staleNanos, Time.nanos(Duration.between(wall, at)));
            if (left > 0) {
                absentSince.put(name, now + left - staleNanos);
            } else {
                services.remove(name);
            }
        });
        return new AppliedPolicy(
                policy.revision(),
                policy.outboundTrafficPolicy(),
                now,
                services,
                policy.refused(),
                absentSince,
                policy.scope(),
                policy.outside());
    }
}
