package dev.meshclient.internal.time;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;

/** A clock for one layer on one thread: a wait steps it forward and fires the timers that come due on the way. */
public class StepTime implements Time {
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<Armed> timers = new ArrayList<>();
    private long now;

    private final class Armed implements Timer {
        private final long at;
        private final Runnable action;

        Armed(long at, Runnable action) {
            this.at = at;
            this.action = action;
        }

        @Override
        public void cancel() {
            synchronized (timers) {
                timers.remove(this);
            }
        }
    }

    /** Lets time pass. */
    public void step(long nanos) {
        step(now + nanos, () -> false);
    }

    private void step(long until, BooleanSupplier enough) {
        while (!enough.getAsBoolean()) {
            Armed next = timers.stream()
                    .filter(t -> t.at <= until)
                    .min(Comparator.comparingLong(t -> t.at))
                    .orElse(null);
            if (next == null) {
                now = Math.max(now, until);
                return;
            }
            now = Math.max(now, next.at);
            timers.remove(next);
            next.action.run();
        }
    }

    /** Timers that are armed. */
    public int armed() {
        return timers.size();
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public InstantSource wall() {
        return () -> Instant.ofEpochSecond(1_000_000_000L).plusNanos(now);
    }

    @Override
    public RandomGenerator random() {
        return random;
    }

    @Override
    public Signal signal(String name) {
        return new Signal() {
            private boolean raised;

            @Override
            public boolean await(long until) {
                if (!raised && until == NEVER) {
                    throw new AssertionError("'" + name + "' would wait for ever");
                }
                if (!raised) {
                    step(until, () -> raised);
                }
                boolean was = raised;
                raised = false;
                return was;
            }

            @Override
            public void raise() {
                raised = true;
            }
        };
    }

    @Override
    public Timer at(long at, String name, Runnable action) {
        Armed timer = new Armed(at, action);
        synchronized (timers) { // a stress test arms from several threads, and steps from none
            timers.add(timer);
        }
        return timer;
    }

    @Override
    public void start(String name, Runnable task) {
        throw new AssertionError("one thread only: " + name);
    }
}
