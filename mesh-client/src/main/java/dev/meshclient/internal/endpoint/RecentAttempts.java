package dev.meshclient.internal.endpoint;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The attempts of the last minute, for each endpoint that had some: at most 8,192 endpoints of a mesh (20 MB), the first ones. Others
 * are counted when one of those had no attempt for a minute. Counting takes a lock and allocates only for the first attempt at an
 * endpoint.
 */
public final class RecentAttempts {
    /** For an attempt whose latency says nothing about its endpoint. */
    public static final long NO_LATENCY = -1;

    private static final int MOST_ENDPOINTS = 8_192;
    private static final int SLOTS = 4;
    private static final long SLOT_NANOS = 15_000_000_000L;
    private static final long MINUTE = 60_000_000_000L;

    /** Each window is also that of its endpoint, where an attempt finds it; both change under the lock. */
    private final Map<EndpointHealth, AttemptWindow> byEndpoint = new ConcurrentHashMap<>();

    private final AtomicLong sweptAt;

    public RecentAttempts(long now) {
        this.sweptAt = new AtomicLong(now);
    }

    /**
     * Counts an attempt.
     *
     * @param latencyNanos the time until its response headers, or {@link #NO_LATENCY}
     */
    public void add(EndpointHealth endpoint, boolean retry, boolean failed, long latencyNanos, long now) {
        long last = sweptAt.get();
        if (now - last >= MINUTE && sweptAt.compareAndSet(last, now)) {
            sweep(now);
        }
        AttemptWindow known = endpoint.results().recent();
        AttemptWindow window = known == null ? begin(endpoint, now) : known;
        if (window != null) {
            window.add(retry, failed, latencyNanos, now);
        }
    }

    private @Nullable AttemptWindow begin(EndpointHealth endpoint, long now) {
        return byEndpoint.size() >= MOST_ENDPOINTS ? null : make(endpoint, now);
    }

    private synchronized AttemptWindow make(EndpointHealth endpoint, long now) {
        AttemptWindow known = endpoint.results().recent();
        if (known != null) {
            return known;
        }
        AttemptWindow made = new AttemptWindow(SLOTS, SLOT_NANOS, now);
        byEndpoint.put(endpoint, made);
        endpoint.results().recent(made);
        return made;
    }

    /** Drops the counts of endpoints that had no attempt for a minute. */
    private synchronized void sweep(long now) {
        byEndpoint.forEach((endpoint, window) -> {
            if (window.isEmpty(now)) {
                byEndpoint.remove(endpoint);
                endpoint.results().recent(null);
            }
        });
    }

    /** The attempts at this endpoint in the last 45 to 60 s. */
    public AttemptCounts at(EndpointHealth endpoint, long now) {
        AttemptCounts counts = new AttemptCounts();
        AttemptWindow window = byEndpoint.get(endpoint);
        if (window != null) {
            window.addTo(counts, SLOTS, now);
        }
        return counts;
    }

    /** The number of endpoints that are counted now. */
    int endpoints() {
        return byEndpoint.size();
    }
}
