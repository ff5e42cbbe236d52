package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * Decider: in turn, by weight, from a random start. Earliest deadline first without a heap: a shared counter walks the
 * endpoints round by round, and an endpoint sits out the rounds that exceed its share (gRPC's static stride scheduler).
 */
final class RoundRobin implements Picker {
    private static final long SCALE = 0xFFFF;

    private final List<Endpoint> endpoints;
    private final long[] scaled;
    private final AtomicLong sequence = new AtomicLong(-1);

    RoundRobin(List<Endpoint> endpoints) {
        this.endpoints = endpoints;
        this.scaled = new long[endpoints.size()];
        long max = 1;
        for (Endpoint endpoint : endpoints) {
            max = Math.max(max, endpoint.weight());
        }
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = Math.max(1, Math.round((double) endpoints.get(i).weight() * SCALE / max));
        }
    }

    @Override
    public Endpoint pick(RandomGenerator random) {
        if (sequence.get() < 0) {
            sequence.compareAndSet(-1, random.nextInt(1 << 20));
        }
        int n = endpoints.size();
        while (true) {
            long turn = sequence.getAndIncrement();
            int i = (int) (turn % n);
            long round = turn / n;
            // Staggered by index, or every light endpoint would be served in the same round.
            long offset = SCALE / 2 * i;
            if ((scaled[i] * round + offset) % SCALE >= SCALE - scaled[i]) {
                return endpoints.get(i);
            }
        }
    }
}
