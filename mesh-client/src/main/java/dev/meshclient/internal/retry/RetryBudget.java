package dev.meshclient.internal.retry;

import dev.meshclient.internal.endpoint.Slot;
import dev.meshclient.policy.RetryConstraint;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Decider: retries are at most a share of the requests within a window, but a few are always allowed. Each backend service of a
 * mesh has one budget, which outlives the policy that sets its limits.
 *
 * <p>Counts are stored in slots of a tenth of the window, number and count in one word, so that counting takes no lock. A race
 * at the change of a slot may lose a few counts; a rate tolerates that.
 */
public final class RetryBudget {
    /** The budget of a backend that states one, otherwise of its service. */
    public static final Slot<RetryBudget> SLOT = Slot.of(RetryBudget::new);

    private static final int SLOTS = 10;
    private static final int UNPROCESSED_PERCENT = 100;

    /**
     * The limits that a policy sets.
     *
     * @param percent share of the requests within the window
     * @param intervalNanos the window
     * @param floorCount retries that are always allowed within {@code floorNanos}
     * @param floorNanos the floor's own window
     */
    public record Terms(int percent, long intervalNanos, int floorCount, long floorNanos) {
        /** Built-in: 20 % within 10 s, and 10 retries within 1 s. */
        static Terms of(RetryConstraint stated) {
            return new Terms(
                    or(stated.percent(), 20),
                    stated.interval() == null
                            ? 10_000_000_000L
                            : stated.interval().toNanos(),
                    or(stated.minRetryCount(), 10),
                    stated.minRetryInterval() == null
                            ? 1_000_000_000L
                            : stated.minRetryInterval().toNanos());
        }

        @Override
        public String toString() {
            return "at most " + percent + " % of the requests within " + intervalNanos / 1_000_000 + " ms, and "
                    + floorCount + " within " + floorNanos / 1_000_000 + " ms (retryConstraint)";
        }

        private static int or(@Nullable Integer stated, int otherwise) {
            return stated == null ? otherwise : stated;
        }
    }

    private static final long TELL_NANOS = 60_000_000_000L;
    private static final long NEVER_TOLD = -1;

    private final AtomicLong toldAt = new AtomicLong(NEVER_TOLD);
    private final Window requests = new Window();
    private final Window retries = new Window();
    private final Window floor = new Window();
    private final Window unprocessed = new Window();
    private final Window unprocessedFloor = new Window();

    /** A request that is not a retry. */
    void request(Terms terms, long now) {
        requests.add(terms.intervalNanos, now);
    }

    /** Takes one retry out of the budget. @return false if the budget is exhausted */
    boolean take(Terms terms, long now) {
        return take(terms, terms.percent, retries, floor, now);
    }

    /**
     * Takes one repetition of an attempt that no endpoint processed. It adds no load to an endpoint that works, so as many of
     * them as requests are allowed; a service that refuses everything thus gets twice its requests and not more.
     *
     * @return false if there were too many
     */
    boolean takeUnprocessed(Terms terms, long now) {
        return take(terms, UNPROCESSED_PERCENT, unprocessed, unprocessedFloor, now);
    }

    private boolean take(Terms terms, int percent, Window taken, Window floor, long now) {
        boolean share =
                taken.sum(terms.intervalNanos, now) * 100 < (long) percent * requests.sum(terms.intervalNanos, now);
        if (!share && floor.sum(terms.floorNanos, now) >= terms.floorCount) {
            return false;
        }
        taken.add(terms.intervalNanos, now);
        floor.add(terms.floorNanos, now);
        return true;
    }

    /** Whether to log now that the budget is exhausted. */
    boolean mayTell(long now) {
        long last = toldAt.get();
        return (last == NEVER_TOLD || now - last >= TELL_NANOS) && toldAt.compareAndSet(last, now);
    }

    private static final class Window {
        private static final long COUNT = 0xFFFF_FFFFL;

        private final AtomicLongArray slots = new AtomicLongArray(SLOTS);

        void add(long windowNanos, long now) {
            long number = now / Math.max(1, windowNanos / SLOTS);
            int at = (int) (number % SLOTS);
            for (; ; ) {
                long old = slots.get(at);
                long mine = old >>> 32 == (number & COUNT) ? old + 1 : (number & COUNT) << 32 | 1;
                if (slots.compareAndSet(at, old, mine)) {
                    return;
                }
            }
        }

        long sum(long windowNanos, long now) {
            long number = now / Math.max(1, windowNanos / SLOTS);
            long sum = 0;
            for (int i = 0; i < SLOTS; i++) {
                long slot = slots.get(i);
                long age = (number & COUNT) - (slot >>> 32);
                if (age >= 0 && age < SLOTS) {
                    sum += slot & COUNT;
                }
            }
            return sum;
        }
    }
}
