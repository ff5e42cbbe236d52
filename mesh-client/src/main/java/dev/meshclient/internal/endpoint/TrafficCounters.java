package dev.meshclient.internal.endpoint;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counts attempts by distance, and the bytes of their bodies. Counting allocates nothing and takes no lock. */
public final class TrafficCounters {
    /** The slot of a service. */
    public static final Slot<TrafficCounters> SLOT = Slot.of(TrafficCounters::new);

    private final Map<Distance, Volume> volumes = new EnumMap<>(Distance.class);

    private final LongAdder plaintext = new LongAdder();

    private static final class Volume {
        private final LongAdder requests = new LongAdder();
        private final LongAdder sentBytes = new LongAdder();
        private final LongAdder receivedBytes = new LongAdder();
    }

    public TrafficCounters() {
        for (Distance distance : Distance.values()) {
            volumes.put(distance, new Volume());
        }
    }

    /** Counts an attempt without TLS. */
    public void inTheClear() {
        plaintext.increment();
    }

    public long plaintext() {
        return plaintext.sum();
    }

    private Volume volume(Distance distance) {
        return Objects.requireNonNull(volumes.get(distance));
    }

    /** Counts the begin of an attempt to this distance. */
    public void begun(Distance distance) {
        volume(distance).requests.increment();
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
        return volume(distance).requests.sum();
    }

    public long sentBytes(Distance distance) {
        return volume(distance).sentBytes.sum();
    }

    public long receivedBytes(Distance distance) {
        return volume(distance).receivedBytes.sum();
    }
}
