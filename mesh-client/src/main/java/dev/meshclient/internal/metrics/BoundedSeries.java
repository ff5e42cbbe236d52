package dev.meshclient.internal.metrics;

import io.micrometer.core.instrument.Meter;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Series whose tags callers and servers influence; each is registered with its first value. Their number is limited for each
 * service, and a few more series hold all others.
 *
 * @param <M> one meter or several with the same tags
 */
final class BoundedSeries<K extends BoundedSeries.Key<K>, M> {
    /** The greatest number of series of a service, without those that hold all others. */
    static final int MOST = 500;

    private final SafeRegistry registry;
    private final Function<K, M> register;
    private final Function<M, List<Meter>> meters;
    private final Map<K, M> series = new ConcurrentHashMap<>();
    private final Map<String, Integer> sizes = new ConcurrentHashMap<>(); // by service; written under the lock
    private @Nullable Set<String> services; // in force; null: not known yet

    /** The tags of a series; has {@code equals}. */
    interface Key<K> {
        /** The service that the series leaves with. */
        String service();

        /** The key of the series that holds this one and others when the service has its greatest number of series. */
        K others();
    }

    /** @param meters the meters of a series */
    BoundedSeries(SafeRegistry registry, Function<K, M> register, Function<M, List<Meter>> meters) {
        this.registry = registry;
        this.register = register;
        this.meters = meters;
    }

    /** Null: its service is gone. */
    @Nullable
    M of(K key) {
        M known = series.get(key);
        if (known == null && isFull(key)) {
            known = series.get(key.others());
        }
        return known == null ? register(key) : known;
    }

    private boolean isFull(K key) {
        return sizes.getOrDefault(key.service(), 0) >= MOST;
    }

    private synchronized @Nullable M register(K key) {
        if (services != null && !services.contains(key.service())) {
            return null;
        }
        boolean full = isFull(key) && !series.containsKey(key);
        K counted = full ? key.others() : key;
        M known = series.get(counted);
        if (known != null) {
            return known;
        }
        M made = register.apply(counted);
        series.put(counted, made);
        if (!full) {
            sizes.merge(key.service(), 1, Integer::sum);
        }
        return made;
    }

    /**
     * Removes all other series. A call of an earlier policy may register one of these again; the next policy removes it.
     *
     * @param inForce the services; the series of all others are not registered any more
     * @param these the series of the services
     */
    synchronized void keep(Set<String> inForce, Predicate<K> these) {
        services = inForce;
        sizes.keySet().retainAll(inForce);
        Set<Meter> gone = Collections.newSetFromMap(new IdentityHashMap<>());
        series.forEach((key, removed) -> {
            if (!inForce.contains(key.service()) || !these.test(key)) {
                series.remove(key);
                gone.addAll(meters.apply(removed));
                sizes.computeIfPresent(key.service(), (service, size) -> key.equals(key.others()) ? size : size - 1);
            }
        });
        series.values().forEach(kept -> meters.apply(kept).forEach(gone::remove)); // of another service with these tags
        gone.forEach(registry::remove);
    }

    void close() {
        keep(Set.of(), key -> false);
    }
}
