package dev.meshclient.internal.endpoint;

import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Warmup;
import org.jspecify.annotations.Nullable;

/**
 * Decider: an endpoint that begins to get calls gets fewer at first, by Envoy's rule. Immutable.
 *
 * @param nanos until it gets all of its share
 * @param least the part that it gets from the first moment on
 * @param exponent of the part of the time that has passed
 * @param ofNew whether this applies to endpoints that the policy adds, or states HEALTHY again; to those that return otherwise it
 *     always does
 * @param redraws how often another endpoint may be drawn in place of one in slow start
 */
public record SlowStart(long nanos, double least, double exponent, boolean ofNew, int redraws) {
    /** Where the policy states no {@code warmup}. */
    public static final SlowStart BUILT_IN = new SlowStart(30_000_000_000L, 0.1, 1, false, 4);

    /** Few enough to cost little, and enough for shares within some percent of the rule if most endpoints are new. */
    private static final int REDRAWS = 16;

    /** @param stated null: the built-in slow start */
    public static SlowStart of(@Nullable Warmup stated) {
        return stated == null
                ? BUILT_IN
                : new SlowStart(
                        Time.nanos(stated.duration()),
                        stated.minimumPercentOrDefault() / 100.0,
                        1 / stated.aggressionOrDefault(),
                        true,
                        REDRAWS);
    }

    /** The part of its share that the endpoint gets; 1: all of it. */
    public double part(EndpointHealth endpoint, long now) {
        long began = began(endpoint);
        long since = now - began;
        if (began == 0 || since >= nanos) {
            return 1;
        }
        return Math.max(least, Math.pow((double) Math.max(0, since) / nanos, exponent));
    }

    /** When it last began to get calls while others got some already; 0: never. */
    public long began(EndpointHealth endpoint) {
        long returned = endpoint.slowSince();
        long added = ofNew ? endpoint.beganAt() : 0;
        return added == 0 || (returned != 0 && returned - added > 0) ? returned : added;
    }

    /** Of two backends with the same endpoints, the one by which an endpoint is longer in slow start. */
    public SlowStart longer(SlowStart other) {
        boolean mine = ofNew == other.ofNew ? nanos >= other.nanos : ofNew;
        return mine ? this : other;
    }
}
