package dev.meshclient.realpeers;

import dev.meshclient.Decision;
import dev.meshclient.telemetry.MeshListener;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import okhttp3.Request;

/** What a mesh told of its identity, and of attempts that it repeated. */
final class Rotations implements MeshListener {
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
    public void identityRotated(String id, Instant notAfter, boolean trustChanged) {
        (trustChanged ? hard : soft).add(Shop.CLOCK.instant());
    }

    @Override
    public void attemptEnded(Request request, Decision.Attempt attempt) {
        outcomes.computeIfAbsent(attempt.outcome(), o -> new LongAdder()).increment();
    }
}
