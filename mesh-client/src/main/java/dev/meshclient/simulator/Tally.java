package dev.meshclient.simulator;

import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallInfo;
import dev.meshclient.telemetry.CallObserver;
import dev.meshclient.telemetry.MeshEvent;
import dev.meshclient.telemetry.MeshListener;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Counts the calls of one or more callers. */
final class Tally implements MeshListener, CallObserver.Factory {
    long calls;
    long attempts;
    long retries;
    long hedges;
    long ejections;
    long crossings;
    final Map<String, Long> failures = new TreeMap<>();
    private long[] nanos = new long[1024];
    private int ended;
    private boolean sorted;

    /** @param reason empty: a response of 200 to 299 */
    void ended(String reason, long took) {
        calls++;
        if (!reason.isEmpty()) {
            failures.merge(reason, 1L, Long::sum);
        }
        add(took);
    }

    private void add(long took) {
        if (ended == nanos.length) {
            nanos = Arrays.copyOf(nanos, 2 * ended);
        }
        nanos[ended++] = took;
        sorted = false;
    }

    void add(Tally other) {
        calls += other.calls;
        attempts += other.attempts;
        retries += other.retries;
        hedges += other.hedges;
        ejections += other.ejections;
        crossings += other.crossings;
        other.failures.forEach((reason, count) -> failures.merge(reason, count, Long::sum));
        for (int i = 0; i < other.ended; i++) {
            add(other.nanos[i]);
        }
    }

    /** The time that so many of a thousand calls took at most. */
    long perMille(long share) {
        if (!sorted) {
            Arrays.sort(nanos, 0, ended);
            sorted = true;
        }
        return ended == 0 ? 0 : nanos[(int) Math.min(ended - 1, share * ended / 1000)];
    }

    /** Observes the attempts of one call. */
    @Override
    public CallObserver observe(CallInfo call) {
        return new CallObserver() {
            private int running;

            @Override
            public void attemptStarting(AttemptInfo attempt, OutgoingHeaders headers) {
                attempts++;
                if (running++ > 0) {
                    hedges++;
                } else if (attempt.number() > 1) {
                    retries++;
                }
            }

            @Override
            public void attemptEnded(AttemptInfo attempt) {
                running--;
            }
        };
    }

    @Override
    public void on(MeshEvent event) {
        if (event instanceof MeshEvent.EndpointEjected) {
            ejections++;
        }
    }
}
