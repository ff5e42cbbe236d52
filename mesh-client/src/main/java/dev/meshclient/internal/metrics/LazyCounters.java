package dev.meshclient.internal.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The counters of one metric, by key; each is registered with its first value, or before with {@link #show}.
 *
 * @param <K> has {@code equals}
 */
final class LazyCounters<K> {
    private final SafeRegistry registry;
    private final Metric metric;
    private final Function<K, Tags> tags;
    private final Map<K, Counter> counters = new ConcurrentHashMap<>();
    private Predicate<K> known = key -> true; // guarded by this

    LazyCounters(SafeRegistry registry, Metric metric, Function<K, Tags> tags) {
        this.registry = registry;
        this.metric = metric;
        this.tags = tags;
    }

    void increment(K key) {
        Counter counter = counters.get(key);
        if (counter == null) {
            counter = register(key);
        }
        if (counter != null) {
            registry.increment(counter);
        }
    }

    /** Registers the counter of a key before its first value: Prometheus sees no increase in the first value of a series. */
    void show(K key) {
        register(key);
    }

    /** Null: the policy does not list what it counts any more. */
    private synchronized @Nullable Counter register(K key) {
        if (!known.test(key)) {
            return null;
        }
        Counter counter = counters.get(key);
        if (counter == null) {
            counter = registry.counter(metric, tags.apply(key));
            counters.put(key, counter);
        }
        return counter;
    }

    /** Removes all other counters; none of them is registered any more. */
    synchronized void keep(Predicate<K> these) {
        known = these;
        counters.forEach((key, counter) -> {
            if (!these.test(key)) {
                counters.remove(key);
                registry.remove(counter);
            }
        });
    }

    void close() {
        keep(key -> false);
    }
}
