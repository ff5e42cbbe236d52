package dev.meshclient.soak;

import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

/** The outcomes that callers saw, and the reports of the mesh about them. */
final class Account implements MeshListener, CallObserver, CallObserver.Factory {
    private static final int KEPT = 20;

    private final Map<String, LongAdder> outcomes = new ConcurrentSkipListMap<>();
    private final Map<String, LongAdder> attempts = new ConcurrentSkipListMap<>();
    private final List<String> unexpected = new CopyOnWriteArrayList<>();
    private final LongAdder started = new LongAdder();
    private final LongAdder ended = new LongAdder();
    private final LongAdder tries = new LongAdder();
    private final LongAdder retries = new LongAdder();
    private final LongAdder ejected = new LongAdder();
    private final LongAdder returned = new LongAdder();

    void seen(String outcome) {
        count(outcomes, outcome);
    }

    void unexpected(String outcome, String why) {
        seen("UNEXPECTED " + outcome);
        if (unexpected.size() < KEPT) {
            unexpected.add(outcome + ": " + why);
        }
    }

    private static void count(Map<String, LongAdder> counts, String what) {
        counts.computeIfAbsent(what, w -> new LongAdder()).increment();
    }

    List<String> unexpected() {
        return unexpected;
    }

    /** Calls that callers account for. */
    long calls() {
        return outcomes.values().stream().mapToLong(LongAdder::sum).sum();
    }

    long count(String outcome) {
        LongAdder count = outcomes.get(outcome);
        return count == null ? 0 : count.sum();
    }

    long started() {
        return started.sum();
    }

    long ended() {
        return ended.sum();
    }

    long attempts() {
        return tries.sum();
    }

    long ejected() {
        return ejected.sum();
    }

    long returned() {
        return returned.sum();
    }

    @Override
    public CallObserver observe(CallInfo call) {
        started.increment();
        return this;
    }

    @Override
    public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
        tries.increment();
        if (attempt.number() > 1) {
            retries.increment();
        }
    }

    @Override
    public void attemptEnded(AttemptInfo attempt) {
        count(attempts, attempt.status() == 0 ? attempt.outcomeName() : String.valueOf(attempt.status()));
    }

    @Override
    public void ended(CallInfo call) {
        ended.increment();
    }

    @Override
    public void on(MeshEvent event) {
        if (event instanceof MeshEvent.EndpointEjected) {
            ejected.increment();
        } else if (event instanceof MeshEvent.EndpointReturned) {
            returned.increment();
        }
    }

    @Override
    public String toString() {
        return "calls " + calls() + " " + outcomes + ", attempts " + tries + " " + attempts + ", retries " + retries
                + ", ejected " + ejected + ", returned " + returned;
    }
}
