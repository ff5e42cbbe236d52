package dev.meshclient.internal.endpoint;

import dev.meshclient.policy.Locality;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

/**
 * The attempts at one service in the last five minutes, for each locality that had some: at most 64 localities of a service, the
 * first ones, of 6.5 kB each. Others are counted when one of those had no attempt for five minutes. Counting takes no lock, and
 * allocates only for the first attempt at a locality.
 */
public final class ZoneAttempts {
    /** The slot of a service. */
    public static final Slot<ZoneAttempts> SLOT = Slot.of(ZoneAttempts::new);

    private static final int MOST_LOCALITIES = 64;
    private static final long SLOT_NANOS = 30_000_000_000L;
    private static final long MIN_COVERED = 1_000_000_000L;

    private final Map<Locality, AttemptWindow> byLocality = new ConcurrentHashMap<>();
    private volatile long since;
    private volatile long sweptAt;

    /** A time that ends now. */
    public enum Period {
        /** The last 30 to 60 s. */
        MINUTE(2),
        /** The last 270 to 300 s. */
        FIVE_MINUTES(10);

        private final int slots;

        Period(int slots) {
            this.slots = slots;
        }
    }

    /** Counts an attempt, as {@link RecentAttempts#add}. */
    public void add(Locality locality, boolean retry, boolean failed, long latencyNanos, long now) {
        AttemptWindow window = byLocality.get(locality);
        if (window == null) {
            if (byLocality.isEmpty()) {
                since = now;
                sweptAt = now;
            }
            if (byLocality.size() >= MOST_LOCALITIES && now - sweptAt >= SLOT_NANOS) {
                sweptAt = now;
                byLocality.values().removeIf(old -> old.isEmpty(now));
            }
            if (byLocality.size() >= MOST_LOCALITIES) {
                return;
            }
            window = byLocality.computeIfAbsent(
                    locality, l -> new AttemptWindow(Period.FIVE_MINUTES.slots, SLOT_NANOS, now));
        }
        window.add(retry, failed, latencyNanos, now);
    }

    /** Hands the attempts at each locality to the consumer. */
    public void forEach(Period period, long now, BiConsumer<Locality, AttemptCounts> consumer) {
        byLocality.forEach((locality, window) -> {
            AttemptCounts counts = new AttemptCounts();
            window.addTo(counts, period.slots, now);
            consumer.accept(locality, counts);
        });
    }

    /** The time that a period covers now: it began with its oldest slot, or with the first attempt. At least 1 s. */
    public long coveredNanos(Period period, long now) {
        long covered = (period.slots - 1) * SLOT_NANOS + Math.floorMod(now, SLOT_NANOS);
        return Math.max(MIN_COVERED, Math.min(covered, now - since));
    }
}
