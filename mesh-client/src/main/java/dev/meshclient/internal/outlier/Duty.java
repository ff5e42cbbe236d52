package dev.meshclient.internal.outlier;

import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Who judges the endpoints of a backend: the policy in force, also by what attempts of earlier ones come to. And when all were
 * last compared, by whichever rule. One for each backend; it outlives the policy.
 */
public final class Duty {
    private final AtomicLong lookedAt = new AtomicLong(-1);
    private volatile @Nullable Bench bench;

    void takenOver(Bench next, long now) {
        bench = next;
        lookedAt.compareAndSet(-1, now);
    }

    /** Of the policy in force. */
    Bench bench() {
        Bench now = bench;
        if (now == null) {
            throw new IllegalStateException("nobody is on duty");
        }
        return now;
    }

    /** Whether an interval is over; said once for each. */
    boolean isDue(long now, long intervalNanos) {
        long last = lookedAt.get();
        return now - last >= intervalNanos && lookedAt.compareAndSet(last, now);
    }
}
