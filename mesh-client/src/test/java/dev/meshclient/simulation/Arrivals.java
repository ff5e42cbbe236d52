package dev.meshclient.simulation;

import dev.meshclient.internal.time.Signal;
import dev.meshclient.internal.time.Time;
import java.io.IOException;
import java.util.SplittableRandom;

/** Calls that come when they come, however the last one fared: at random, so many a second, one task each. */
final class Arrivals {
    private static final double SECOND = 1e9;

    private final Time time;
    private final double perSecond;
    private final long until;
    private final Runnable call;
    private final SplittableRandom random = new SplittableRandom(42);
    private final Signal ended;
    private double next;
    private boolean over;
    private long begun;

    /** @param call runs as a task of its own */
    Arrivals(Time time, double perSecond, long until, Runnable call) {
        this.time = time;
        this.perSecond = perSecond;
        this.until = until;
        this.call = call;
        this.next = time.now();
        this.ended = time.signal("the end of the arrivals");
        arm();
    }

    private void arm() {
        next -= StrictMath.log(1 - random.nextDouble()) * SECOND / perSecond;
        if (next < until) {
            time.at((long) next, "arrival", this::arrive);
        } else {
            over = true;
            ended.raise();
        }
    }

    private void arrive() {
        time.start("call-" + ++begun, call);
        arm();
    }

    /** Returns when the last one has begun. */
    void await() throws IOException {
        while (!over) {
            ended.await(Time.NEVER);
        }
    }
}
