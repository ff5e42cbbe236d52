package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.ConsistentHash;
import dev.meshclient.policy.LoadBalancer;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** Decider: chooses one endpoint of a group. Allocates nothing, in constant time for any number of endpoints. */
interface Picker {
    Endpoint pick(RandomGenerator random);

    /** The algorithm that the policy states, and a random one where hashes choose, over endpoints with a weight above 0. */
    static Picker of(LoadBalancer balancer, Members members) {
        if (members.size() == 1) {
            Endpoint only = members.get(0);
            return random -> only;
        }
        LoadBalancer.Simple simple = balancer.simple();
        return switch (simple == null ? LoadBalancer.Simple.RANDOM : simple) {
            case LEAST_REQUEST -> new LeastOfTwo(members);
            case ROUND_ROBIN -> new RoundRobin(members);
            case RANDOM -> members::draw;
        };
    }

    /** The name of the algorithm for people. */
    static String words(LoadBalancer balancer) {
        LoadBalancer.Simple simple = balancer.simple();
        ConsistentHash hash = balancer.consistentHash();
        return hash != null
                ? "the hash of " + new HashInput(hash)
                : String.valueOf(simple).toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /**
     * Of two endpoints drawn by weight, the endpoint with fewer attempts in flight relative to its weight; the first if they
     * are equal, so that an idle group is shared by weight.
     */
    record LeastOfTwo(Members members) implements Picker {
        @Override
        public Endpoint pick(RandomGenerator random) {
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
            return (long) b.state().inFlight() * a.weight() < (long) a.state().inFlight() * b.weight() ? b : a;
        }
    }
}
