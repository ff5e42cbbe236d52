package dev.meshclient.internal.breaker;

import dev.meshclient.internal.time.Time;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** The clock of all layers as resilience4j wants it: it shows the wall time of its start, and no change of the wall clock moves it. */
final class MonotonicClock extends Clock {
    private final Time time;
    private final Instant origin; // at 0 of the time
    private final ZoneId zone;

    MonotonicClock(Time time) {
        this(time, time.wall().instant().minusNanos(time.now()), ZoneOffset.UTC);
    }

    private MonotonicClock(Time time, Instant origin, ZoneId zone) {
        this.time = time;
        this.origin = origin;
        this.zone = zone;
    }

    /** The instant of a time in nanoseconds. */
    Instant at(long nanos) {
        return origin.plusNanos(nanos);
    }

    @Override
    public Instant instant() {
        return at(time.now());
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
        return new MonotonicClock(time, origin, other);
    }
}
