package dev.meshclient.simulator;

import dev.meshclient.internal.time.Time;
import java.util.random.RandomGenerator;

/** The calls of one process: they come at random, so many a second, however the last one fared. */
final class Arrivals {
    private static final double SECOND = 1e9;

    private final Time time;
    private final double perSecond;
    private final long until;
    private final RandomGenerator random;
    private final Runnable arrival;
    private final Runnable over;
    private double next;

    /**
     * @param arrival runs as a timer's action
     * @param over runs after the last one
     */
    Arrivals(Time time, double perSecond, long until, RandomGenerator random, Runnable arrival, Runnable over) {
        this.time = time;
        this.perSecond = perSecond;
        this.until = until;
        this.random = random;
        this.arrival = arrival;
        this.over = over;
        this.next = time.now();
        arm();
    }

    private void arm() {
        next -= StrictMath.log(1 - random.nextDouble()) * SECOND / perSecond;
        if (next < until) {
            time.at((long) next, "arrival", this::arrive);
        } else {
            over.run();
        }
    }

    private void arrive() {
        arrival.run();
        arm();
    }
}
