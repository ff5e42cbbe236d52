package dev.meshclient.internal.time;

import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Clock, chance, waiting and threads. Layers are given one; deciders are given {@code now} and a random source. In
 * production it is {@link RealTime}, in simulation virtual time: layers cannot tell them apart.
 */
public interface Time {
    /** No deadline. */
    long NEVER = Long.MAX_VALUE;

    /** Nanoseconds since this Time was made: never negative, so plain {@code <} and {@code +} are right. */
    long now();

    /** A length of time that may be added to {@link #now}: more than a hundred years are a hundred years. */
    static long nanos(Duration duration) {
        Duration longest = Duration.ofDays(36_500);
        return (duration.compareTo(longest) < 0 ? duration : longest).toNanos();
    }

    /** The wall clock: for dates that others wrote, never for how long something takes. */
    InstantSource wall();

    /** Chance for the running thread: ask anew each time, never keep it. */
    RandomGenerator random();

    /** A new waiting place; the name is for reports only. */
    Signal signal(String name);

    /**
     * Runs the action once, at {@code at} or up to one tick (10 ms) later, on a timer thread. The action must not wait: it
     * flips state, raises, cancels, or starts a task.
     */
    Timer at(long at, String name, Runnable action);

    /** Runs the task, which may wait, on a thread of its own. How many there are is the caller's to bound. */
    void start(String name, Runnable task);

    /** An armed timer. */
    interface Timer {
        /** Disarms it; harmless if it fired. An action that runs just now may end after this returns. */
        void cancel();
    }
}
