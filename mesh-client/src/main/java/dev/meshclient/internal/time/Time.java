package dev.meshclient.internal.time;

import java.time.Duration;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/**
 * Clock, random numbers, waiting and threads. Layers get a Time; deciders get {@code now} and a random source. Production uses
 * {@link RealTime}, simulations use virtual time: layers cannot tell them apart.
 */
public interface Time {
    /** No deadline. */
    long NEVER = Long.MAX_VALUE;

    /** Nanoseconds since this Time was made: never negative, so plain {@code <} and {@code +} are correct. */
    long now();

    /** A duration in nanoseconds that may be added to {@link #now}; at most a hundred years. */
    static long nanos(Duration duration) {
        Duration longest = Duration.ofDays(36_500);
        return (duration.compareTo(longest) < 0 ? duration : longest).toNanos();
    }

    /** The wall clock: for dates from outside, never for durations. */
    InstantSource wall();

    /** The random source of the running thread: call this each time, never keep the result. */
    RandomGenerator random();

    /** A new signal; the name is for reports only. */
    Signal signal(String name);

    /**
     * Runs the action once, at {@code at} or up to one tick (10 ms) later, on a timer thread. The action must not wait: it
     * changes state, raises a signal, cancels, or starts a task.
     */
    Timer at(long at, String name, Runnable action);

    /** Rings the alarm at {@code at}, as {@link #at} runs an action. */
    default void arm(Alarm alarm, long at, String name) {
        alarm.armed = at(at, name, () -> alarm.ring(at));
    }

    /** Runs the task, which may wait, on a thread of its own. The caller must bound the number of tasks. */
    void start(String name, Runnable task);

    /**
     * Runs the task once, on a thread of its own, at {@code at} or up to one tick later. Where no thread can be had it tries again
     * every 60 s: the task may be the only one that arms the next timer.
     */
    default Timer startAt(long at, String name, Runnable task) {
        return new LaterTask(this, name, task).at(at);
    }

    /** An armed timer. */
    interface Timer {
        /** Disarms the timer; no effect if it fired. A running action may end after this returns. */
        void cancel();
    }
}
