package dev.meshclient.realpeers;

import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/** The reports of a mesh about its identity and about repeated attempts. */
final class Rotations implements MeshListener, CallObserver {
    private final List<Instant> soft = new CopyOnWriteArrayList<>();
    private final List<Instant> hard = new CopyOnWriteArrayList<>();
    private final Map<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();

    /** When a certificate was renewed. */
    List<Instant> soft() {
        return soft;
    }

    /** When others were trusted, the first time included. */
    List<Instant> hard() {
        return hard;
    }

    /** Of attempts. */
    Map<String, LongAdder> outcomes() {
        return outcomes;
    }

    @Override
    public void on(MeshEvent event) {
        if (event instanceof MeshEvent.IdentityRotated rotated) {
            (rotated.trustChanged() ? hard : soft).add(Shop.CLOCK.instant());
        }
    }

    @Override
    public void attemptEnded(AttemptInfo attempt) {
        outcomes.computeIfAbsent(attempt.outcomeName(), o -> new LongAdder()).increment();
    }
}
