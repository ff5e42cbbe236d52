package dev.meshclient.internal.source.http;

import java.util.Arrays;

/**
 * Decider: which of several registries to use. It keeps the one that answered last; on failure it tries each of the others
 * once, without a pause. The first is preferred: it is tried again a minute after its failure.
 */
final class Failover {
    private static final long FIRST_AGAIN_NANOS = 60_000_000_000L;

    private final boolean[] failed;
    private final long[] restsUntil;
    private long firstAgainAt;
    private int current;

    Failover(int registries) {
        this.failed = new boolean[registries];
        this.restsUntil = new long[registries];
    }

    int turn(long now) {
        return now >= firstAgainAt && !failed[0] ? 0 : current;
    }

    void answered(int which) {
        current = which;
        Arrays.fill(failed, false);
    }

    /**
     * @param restNanos the pause that the registry asks for; 0 = not stated
     * @return whether to try another registry at once; false: all have failed, and at least {@link #restNanos} must pass
     */
    boolean failed(int which, long restNanos, long now) {
        failed[which] = true;
        restsUntil[which] = now + restNanos;
        if (which == 0) {
            firstAgainAt = now + Math.max(FIRST_AGAIN_NANOS, restNanos);
        }
        int next = next(which, now);
        if (next >= 0) {
            current = next;
            return true;
        }
        Arrays.fill(failed, false);
        firstAgainAt = restsUntil[0];
        current = soonest(now);
        return false;
    }

    /**
     * The registry that served before the first was tried again, otherwise the next in turn that has not failed and does not
     * rest.
     */
    private int next(int which, long now) {
        if (!failed[current]) {
            return current;
        }
        for (int i = 1; i < failed.length; i++) {
            int other = (which + i) % failed.length;
            if (!failed[other] && restsUntil[other] <= now) {
                return other;
            }
        }
        return -1;
    }

    private int soonest(long now) {
        int best = 0;
        for (int i = 1; i < restsUntil.length; i++) {
            if (Math.max(now, restsUntil[i]) < Math.max(now, restsUntil[best])) {
                best = i;
            }
        }
        return best;
    }

    /** The pause that the next registry asks for; 0 = none. */
    long restNanos(long now) {
        return Math.max(0, restsUntil[current] - now);
    }
}
