package dev.meshclient.internal.endpoint;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts attempts by distance, and the bytes of their bodies. Counting takes no lock, and allocates only for the first attempt to a
 * distance.
 */
public final class TrafficCounters {
    /** The slot of a service. */
    public static final Slot<TrafficCounters> SLOT = Slot.of(TrafficCounters::new);

    private volatile Map<Distance, Volume> volumes = Map.of(); // replaced as a whole

    private static final class Volume {
        private final LongAdder secured = new LongAdder(); // attempts
        private final LongAdder plaintext = new LongAdder(); // attempts
        private final LongAdder sentBytes = new LongAdder();
        private final LongAdder receivedBytes = new LongAdder();
    }

    private Volume volume(Distance distance) {
        Volume known = volumes.get(distance);
        return known != null ? known : make(distance);
    }

    private synchronized Volume make(Distance distance) {
        Map<Distance, Volume> more = new EnumMap<>(Distance.class);
        more.putAll(volumes);
        Volume volume = more.computeIfAbsent(distance, d -> new Volume());
        volumes = more;
        return volume;
    }

    /** Counts the begin of an attempt to this distance, with or without TLS. */
    public void begun(Distance distance, boolean plaintext) {
        Volume volume = volume(distance);
        (plaintext ? volume.plaintext : volume.secured).increment();
    }

    /** Counts the bytes of its bodies, as sent on the wire. */
    public void carried(Distance distance, long sent, long received) {
        Volume volume = volume(distance);
        if (sent > 0) {
            volume.sentBytes.add(sent);
        }
        if (received > 0) {
            volume.receivedBytes.add(received);
        }
    }

    public long requests(Distance distance) {
        Volume known = volumes.get(distance);
        return known == null ? 0 : known.secured.sum() + known.plaintext.sum();
    }

    /** The attempts without TLS, to any distance. */
    public long plaintext() {
        return volumes.values().stream()
                .mapToLong(volume -> volume.plaintext.sum())
                .sum();
    }

    public long sentBytes(Distance distance) {
        Volume known = volumes.get(distance);
        return known == null ? 0 : known.sentBytes.sum();
    }

    public long receivedBytes(Distance distance) {
        Volume known = volumes.get(distance);
        return known == null ? 0 : known.receivedBytes.sum();
    }
}
