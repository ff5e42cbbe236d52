package dev.meshclient.internal.metrics;

import dev.meshclient.internal.endpoint.Distance;
import dev.meshclient.internal.endpoint.EndpointState;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.endpoint.TrafficCounters;
import dev.meshclient.internal.time.Time;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters that read the live state of services and backends when they are scraped. The endpoints of a service are shown
 * from the policy on: a service that never had a usable endpoint gets no attempt. The others appear with the first attempt,
 * for most processes call few of the services that a policy lists.
 */
final class LiveMeters {
    private static final Meters.Live NONE = new Meters.Live(Map.of(), Map.of());

    private final SafeRegistry registry;
    private final Time time;
    private final Map<String, Registered> endpoints = new HashMap<>();
    private final Map<String, Registered> traffic = new HashMap<>();
    private final Map<String, Registered> backends = new HashMap<>();
    private volatile Meters.Live live = NONE; // written under the lock

    /** The meters over one state. */
    private record Registered(Object state, List<Meter> meters) {}

    LiveMeters(SafeRegistry registry, Time time) {
        this.registry = registry;
        this.time = time;
    }

    /** An attempt was made. */
    synchronized void called(String service, String backend) {
        show(service, traffic, live.services().get(service), this::ofTraffic);
        show(backend, backends, shown(live, backend), this::ofBackend);
    }

    /**
     * The meters of a backend read its state through the policy in force, so they outlive each state.
     *
     * @return whether calls may wait for it
     */
    private static @Nullable Boolean shown(Meters.Live live, String backend) {
        Meters.LiveBackend now = live.backends().get(backend);
        return now == null ? null : now.pending() != null;
    }

    /** Another policy is in force. */
    synchronized void inForce(Meters.Live now) {
        live = now;
        List.copyOf(endpoints.keySet()).forEach(name -> showEndpoints(name, now));
        now.services().keySet().forEach(name -> showEndpoints(name, now));
        for (String service : List.copyOf(traffic.keySet())) {
            show(service, traffic, now.services().get(service), this::ofTraffic);
        }
        for (String backend : List.copyOf(backends.keySet())) {
            show(backend, backends, shown(now, backend), this::ofBackend);
        }
    }

    private void showEndpoints(String service, Meters.Live now) {
        show(service, endpoints, now.services().get(service), this::ofEndpoints);
    }

    void close() {
        inForce(NONE);
    }

    /** The meters over a state. */
    private interface Over<S> {
        List<@Nullable Meter> meters(String name, S state);
    }

    private <S> void show(String name, Map<String, Registered> shown, @Nullable S state, Over<S> over) {
        Registered before = shown.get(name);
        if (before != null && state != null && before.state == state) {
            return;
        }
        if (before != null) {
            before.meters.forEach(registry::remove); // first: the new ones have the same names
            shown.remove(name);
        }
        if (state != null) {
            List<Meter> meters =
                    over.meters(name, state).stream().filter(Objects::nonNull).toList();
            shown.put(name, new Registered(state, meters));
        }
    }

    private List<@Nullable Meter> ofBackend(String name, Boolean hasQueue) {
        return Arrays.asList(
                gauge(Metric.IN_FLIGHT, name, backend -> backend.inFlight().getAsLong()),
                hasQueue ? gauge(Metric.PENDING, name, LiveMeters::pending) : null,
                gauge(Metric.RETRY_BUDGET, name, backend -> backend.retriesLeft()
                        .applyAsLong(time.now())));
    }

    private static long pending(Meters.LiveBackend backend) {
        LongSupplier calls = backend.pending();
        return calls == null ? 0 : calls.getAsLong();
    }

    private @Nullable Meter gauge(Metric metric, String name, ToLongFunction<Meters.LiveBackend> value) {
        return registry.gauge(metric, Tags.of("backend", name), () -> {
            Meters.LiveBackend now = live.backends().get(name);
            return now == null ? Double.NaN : value.applyAsLong(now);
        });
    }

    private List<@Nullable Meter> ofEndpoints(String name, ServiceState state) {
        EndpointCounts counts = new EndpointCounts(time, state);
        List<@Nullable Meter> meters = new ArrayList<>();
        for (EndpointState one : EndpointState.values()) {
            meters.add(registry.gauge(
                    Metric.ENDPOINTS, Tags.of("service", name, "state", one.word()), () -> counts.of(one)));
        }
        return meters;
    }

    private List<@Nullable Meter> ofTraffic(String name, ServiceState state) {
        List<@Nullable Meter> meters = new ArrayList<>();
        TrafficCounters traffic = state.get(TrafficCounters.SLOT);
        for (Distance distance : Distance.values()) {
            meters.add(bytes(name, Direction.SENT, distance, traffic, t -> t.sentBytes(distance)));
            meters.add(bytes(name, Direction.RECEIVED, distance, traffic, t -> t.receivedBytes(distance)));
        }
        return meters;
    }

    /** The directions of bodies. */
    enum Direction {
        SENT,
        RECEIVED;

        String tag() {
            return this == SENT ? "sent" : "received";
        }
    }

    private @Nullable Meter bytes(
            String service,
            Direction direction,
            Distance distance,
            TrafficCounters traffic,
            ToLongFunction<TrafficCounters> bytes) {
        Tags tags = Tags.of("service", service, "direction", direction.tag(), "zone", AttemptSeries.tag(distance));
        return registry.counter(Metric.TRAFFIC_BYTES, tags, traffic, bytes);
    }
}
