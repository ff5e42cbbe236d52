package dev.meshclient.internal.balance;

import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.internal.call.CallContext;
import dev.meshclient.internal.call.Ending;
import dev.meshclient.internal.call.Layer;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.Locality;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import okhttp3.Response;

/** Chooses the endpoint of an attempt and counts it in flight until the end of its body. */
public final class Balance implements Layer, Ending {
    private final Time time;
    private final String backend;
    private final int known;
    private final List<Level> levels;
    private final int usable;
    private final Layer next;

    /**
     * Where the calls come from.
     *
     * @param locality our own
     * @param callers instances of our own service by zone; empty if the policy does not list them
     */
    public record Origin(Locality locality, Map<String, Long> callers) {}

    private Balance(Time time, String backend, int known, List<Level> levels, Layer next) {
        this.time = time;
        this.backend = backend;
        this.known = known;
        this.levels = levels;
        this.usable = levels.stream().mapToInt(Level::size).sum();
        this.next = next;
    }

    /**
     * Compiles the endpoints of a backend.
     *
     * @param zoned whether our own zone is preferred
     */
    public static Layer create(
            Time time,
            String backend,
            List<Endpoint> endpoints,
            LoadBalancer algorithm,
            boolean zoned,
            Origin origin,
            Layer next) {
        SortedMap<Long, List<Endpoint>> priorities = new TreeMap<>();
        endpoints.forEach(e -> priorities
                .computeIfAbsent(priority(e, origin.locality), p -> new ArrayList<>())
                .add(e));
        List<Level> levels = new ArrayList<>();
        priorities.forEach((priority, level) -> {
            if (!Level.usable(level).isEmpty()) {
                // Another region's zones are not ours, though they may be called the same.
                boolean byZone = zoned && priority % 2 == 0;
                levels.add(Level.of(level, byZone, origin.locality.zone(), origin.callers, algorithm));
            }
        });
        return new Balance(time, backend, endpoints.size(), List.copyOf(levels), next);
    }

    /** The cluster's priority first, and within it our own region (even) before the others (odd). */
    private static long priority(Endpoint endpoint, Locality own) {
        String region = endpoint.locality().region();
        boolean here = own.region().isEmpty() || region.isEmpty() || region.equals(own.region());
        return endpoint.priority() * 2L + (here ? 0 : 1);
    }

    @Override
    public Response call(CallContext attempt) throws IOException {
        if (levels.isEmpty()) {
            throw noneUsable(attempt);
        }
        Endpoint endpoint = choose(attempt);
        attempt.endpoint(endpoint);
        attempt.alternative(usable > attempt.number());
        endpoint.state().incrementAndGet();
        attempt.onEnd(this);
        return next.call(attempt);
    }

    @Override
    public void ended(CallContext attempt) {
        Endpoint endpoint = attempt.endpoint();
        if (endpoint != null) {
            endpoint.state().decrementAndGet();
        }
    }

    private Endpoint choose(CallContext attempt) {
        RandomGenerator random = time.random();
        if (attempt.previous() == null) {
            String key = attempt.options().hashKey();
            return key == null ? levels.get(0).pick(random) : levels.get(0).pickByKey(key);
        }
        Tried tried = new Tried(attempt);
        for (Level level : levels) {
            Endpoint untried = level.pickUntried(random, tried);
            if (untried != null) {
                return untried;
            }
        }
        return levels.get(0).pick(random);
    }

    private NoHealthyEndpoint noneUsable(CallContext attempt) {
        NoHealthyEndpoint e = new NoHealthyEndpoint(
                "no endpoint of '" + backend + "' admits calls: " + known + " known, none of them healthy",
                known == 0
                        ? "add endpoints to the service or subset"
                        : "see endpoints[].health and weight in the policy",
                attempt.decision());
        attempt.failed(Outcome.REFUSED, e);
        return e;
    }

    @Override
    public String toString() {
        return "balance(" + levels + ")";
    }
}
