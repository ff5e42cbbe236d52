package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.LoadBalancer;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Decider: one of a group of equals. Allocates nothing and takes the same time for any number of endpoints. */
interface Picker {
    Endpoint pick(RandomGenerator random);

    /** The algorithm that policy names, over endpoints of positive weight. */
    static Picker of(LoadBalancer algorithm, List<Endpoint> endpoints) {
        List<Endpoint> array = List.copyOf(endpoints);
        if (array.size() == 1) {
            Endpoint only = array.get(0);
            return random -> only;
        }
        return switch (algorithm) {
            case LEAST_REQUEST -> new LeastOfTwo(array, weights(array));
            case ROUND_ROBIN -> new RoundRobin(array, weights(array));
            case RANDOM -> new AtRandom(array, weights(array));
        };
    }

    /** Null: all weigh the same. */
    private static @Nullable AliasTable weights(List<Endpoint> endpoints) {
        double[] weights = new double[endpoints.size()];
        boolean same = true;
        for (int i = 0; i < weights.length; i++) {
            weights[i] = endpoints.get(i).weight();
            same &= endpoints.get(i).weight() == endpoints.get(0).weight();
        }
        return same ? null : AliasTable.of(weights);
    }

    /** At random, by weight. */
    record AtRandom(List<Endpoint> endpoints, @Nullable AliasTable weights) implements Picker {
        @Override
        public Endpoint pick(RandomGenerator random) {
            return endpoints.get(weights == null ? random.nextInt(endpoints.size()) : weights.draw(random));
        }
    }

    /**
     * Of two drawn by weight, the one with fewer attempts in flight for its weight; the first if they are equal, so that an
     * idle group is shared by weight.
     */
    record LeastOfTwo(List<Endpoint> endpoints, @Nullable AliasTable weights) implements Picker {
        @Override
        public Endpoint pick(RandomGenerator random) {
            int n = endpoints.size();
            int first = weights == null ? random.nextInt(n) : weights.draw(random);
            int second;
            if (weights == null) {
                second = random.nextInt(n - 1);
                second += second >= first ? 1 : 0;
            } else {
                second = weights.draw(random);
            }
            Endpoint a = endpoints.get(first);
            Endpoint b = endpoints.get(second);
            return (long) b.state().inFlight() * a.weight() < (long) a.state().inFlight() * b.weight() ? b : a;
        }
    }
}
