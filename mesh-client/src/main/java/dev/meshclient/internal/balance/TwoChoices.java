package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import java.util.random.RandomGenerator;

/**
 * Decider: of two endpoints drawn by weight, the one with the lower load; the first if they are equal, so that an idle group is shared
 * by weight. Two different ones if all have the same weight.
 */
abstract class TwoChoices implements Picker {
    final Members members;

    TwoChoices(Members members) {
        this.members = members;
    }

    @Override
    public final Endpoint pick(RandomGenerator random, long now) {
        Endpoint a;
        Endpoint b;
        if (members.isAlike()) {
            int first = random.nextInt(members.size());
            int second = random.nextInt(members.size() - 1);
            a = members.get(first);
            b = members.get(second >= first ? second + 1 : second);
        } else {
            a = members.draw(random);
            b = members.draw(random);
        }
        return isBelow(b, a, now) ? b : a;
    }

    /** Whether the load of an endpoint is below that of another. */
    abstract boolean isBelow(Endpoint one, Endpoint other, long now);

    /** The load is the number of attempts in flight relative to the weight. */
    static final class LeastRequest extends TwoChoices {
        LeastRequest(Members members) {
            super(members);
        }

        @Override
        boolean isBelow(Endpoint one, Endpoint other, long now) {
            long ofOther = other.state().inFlight();
            return ofOther > 0 // if it is idle nothing is below it, and nothing of the one need be read from memory
                    && one.state().inFlight() * other.weightOfState() < ofOther * one.weightOfState();
        }
    }

    /** The load is the latency times the attempts in flight, with the new one; those in flight count relative to the weight. */
    static final class LeastLatency extends TwoChoices {
        private final PeakEwma latencies;
        private final double meanWeight;

        LeastLatency(Members members, PeakEwma latencies) {
            super(members);
            this.latencies = latencies;
            this.meanWeight = (double) members.weight() / members.size();
        }

        @Override
        boolean isBelow(Endpoint one, Endpoint other, long now) {
            return load(one, now) < load(other, now);
        }

        private double load(Endpoint endpoint, long now) {
            double pending = endpoint.state().inFlight() * meanWeight / endpoint.weightOfState();
            return latencies.nanos(endpoint.state(), now) * (pending + 1);
        }
    }
}
