package dev.meshclient.internal.retry;

import dev.meshclient.internal.endpoint.Slot;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
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

    private static final long REPORT_NANOS = 60_000_000_000L;
    private static final long NEVER = -1;

    private final AtomicLong reportedAt = new AtomicLong(NEVER);
    private final Window requests = new Window();
    private final Window retries = new Window();
    private final Window floor = new Window();
    private final Window unprocessed = new Window();
    private final Window unprocessedFloor = new Window();

    /** A request that is not a retry. */
    void request(BudgetSettings settings, long now) {
        requests.add(settings.intervalNanos(), now);
    }

    /** Takes one retry out of the budget. @return false if the budget is exhausted */
    boolean take(BudgetSettings settings, long now) {
        return take(settings, settings.percent(), retries, floor, now);
    }

    /**
     * Takes one repetition of an attempt that no endpoint processed. It adds no load to an endpoint that works, so as many of
     * them as requests are allowed; a service that refuses everything thus gets twice its requests and not more.
     *
     * @return false if there were too many
     */
    boolean takeUnprocessed(BudgetSettings settings, long now) {
        return take(settings, UNPROCESSED_PERCENT, unprocessed, unprocessedFloor, now);
    }

    /** The retries that may be made now. */
    long available(BudgetSettings settings, long now) {
        // A retry is refused only if both are used up, and each retry is counted in both.
        long ofRequests = (settings.percent() * requests.sum(settings.intervalNanos(), now) + 99) / 100
                - retries.sum(settings.intervalNanos(), now);
        long ofFloor = settings.floorCount() - floor.sum(settings.floorNanos(), now);
        return Math.max(0, Math.max(ofRequests, ofFloor));
    }

    private boolean take(BudgetSettings settings, int percent, Window taken, Window floor, long now) {
        boolean share = taken.sum(settings.intervalNanos(), now) * 100
                < (long) percent * requests.sum(settings.intervalNanos(), now);
        if (!share && floor.sum(settings.floorNanos(), now) >= settings.floorCount()) {
            return false;
        }
        taken.add(settings.intervalNanos(), now);
        floor.add(settings.floorNanos(), now);
        return true;
    }

    /** Whether to report now that the budget is exhausted: once a minute. */
    boolean mayReport(long now) {
        long last = reportedAt.get();
        return (last == NEVER || now - last >= REPORT_NANOS) && reportedAt.compareAndSet(last, now);
    }

    /** Most services retry nothing: the slots are made for the first count. */
    private static final class Window {
        private static final AtomicReferenceFieldUpdater<Window, AtomicLongArray> FIELD =
                AtomicReferenceFieldUpdater.newUpdater(Window.class, AtomicLongArray.class, "slots");
        private static final long COUNT = 0xFFFF_FFFFL;

        private volatile @Nullable AtomicLongArray slots;

        private AtomicLongArray slots() {
            AtomicLongArray known = slots;
            if (known != null) {
                return known;
            }
            AtomicLongArray made = new AtomicLongArray(SLOTS);
            return FIELD.compareAndSet(this, null, made) ? made : slots();
        }

        void add(long windowNanos, long now) {
            AtomicLongArray counts = slots();
            long number = now / Math.max(1, windowNanos / SLOTS);
            int at = (int) (number % SLOTS);
            for (; ; ) {
                long old = counts.get(at);
                long mine = old >>> 32 == (number & COUNT) ? old + 1 : (number & COUNT) << 32 | 1;
                if (counts.compareAndSet(at, old, mine)) {
                    return;
                }
            }
        }

        long sum(long windowNanos, long now) {
            AtomicLongArray counts = slots;
            long number = now / Math.max(1, windowNanos / SLOTS);
            long sum = 0;
            for (int i = 0; counts != null && i < SLOTS; i++) {
                long slot = counts.get(i);
                long age = (number & COUNT) - (slot >>> 32);
                if (age >= 0 && age < SLOTS) {
                    sum += slot & COUNT;
                }
            }
            return sum;
        }
    }
}
