package dev.meshclient.internal.metrics;

import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/** A table of timers; each is registered with its first value. */
final class LazyTimers {
    private final SafeRegistry registry;
    private final Metric metric;
    private final int columns;
    private final TagsOf tags;
    private final AtomicReferenceArray<@Nullable AtomicReferenceArray<@Nullable Timer>> rows;
    private boolean closed; // guarded by this

    /** The tags of a place. */
    @FunctionalInterface
    interface TagsOf {
        Tags at(int row, int column);
    }

    LazyTimers(SafeRegistry registry, Metric metric, int rows, int columns, TagsOf tags) {
        this.registry = registry;
        this.metric = metric;
        this.columns = columns;
        this.tags = tags;
        this.rows = new AtomicReferenceArray<>(rows);
    }

    void record(int row, int column, long nanos) {
        AtomicReferenceArray<@Nullable Timer> timers = rows.get(row);
        Timer timer = timers == null ? null : timers.get(column);
        if (timer == null) {
            timer = register(row, column);
        }
        if (timer != null) {
            registry.record(timer, nanos);
        }
    }

    /** Null: its service is gone. */
    private synchronized @Nullable Timer register(int row, int column) {
        if (closed) {
            return null;
        }
        AtomicReferenceArray<@Nullable Timer> timers = rows.get(row);
        if (timers == null) {
            timers = new AtomicReferenceArray<>(columns);
            rows.set(row, timers);
        }
        Timer timer = timers.get(column);
        if (timer == null) {
            timer = registry.timer(metric, tags.at(row, column));
            timers.set(column, timer);
        }
        return timer;
    }

    /** Removes its timers; none is registered any more. */
    synchronized void close() {
        closed = true;
        for (int row = 0; row < rows.length(); row++) {
            AtomicReferenceArray<@Nullable Timer> timers = rows.get(row);
            for (int column = 0; timers != null && column < columns; column++) {
                Timer timer = timers.get(column);
                if (timer != null) {
                    registry.remove(timer);
                }
            }
        }
    }
}
