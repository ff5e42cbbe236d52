package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Decider: round robin by weight, from a random start. Endpoints of equal weight are taken in turn by a shared counter. With
 * different weights the counter steps through the unit interval by the golden ratio, whose steps fill the interval evenly, and
 * each endpoint owns a part of the interval in proportion to its weight: within a few calls of an earliest-deadline-first heap,
 * without the heap.
 */
final class RoundRobin implements Picker {
    private static final long GOLDEN_RATIO = 0x9E37_79B9_7F4A_7C15L; // of 2^64

    private final Members members;
    private final AtomicLong sequence = new AtomicLong(-1);

    RoundRobin(Members members) {
        this.members = members;
    }

    @Override
    public Endpoint pick(RandomGenerator random, long now) {
        if (sequence.get() < 0) {
            sequence.compareAndSet(-1, random.nextInt(1 << 20));
        }
        long turn = sequence.getAndIncrement();
        return members.isAlike() ? members.get((int) (turn % members.size())) : members.at(evenly(turn));
    }

    /** A number from 0 (inclusive) to 1 (exclusive); those of the turns that follow fill the interval evenly. */
    static double evenly(long turn) {
        return ((turn * GOLDEN_RATIO) >>> 11) * 0x1.0p-53;
    }
}
