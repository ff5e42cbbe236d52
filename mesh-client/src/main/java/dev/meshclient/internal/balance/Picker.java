package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.ConsistentHash;
import dev.meshclient.policy.LoadBalancer;
import java.util.Locale;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Decider: chooses one endpoint of a group. Allocates nothing, in constant time for any number of endpoints. */
interface Picker {
    Endpoint pick(RandomGenerator random, long now);

    /** The weights of the members in their order, which decide in place of the stated ones; null: those decide. */
    default double @Nullable [] weights(long now) {
        return null;
    }

    /** The algorithm that the policy states, and a random one where hashes choose, over endpoints with a weight above 0. */
    static Picker of(LevelSettings settings, Members members) {
        if (members.size() == 1) {
            Endpoint only = members.get(0);
            return (random, now) -> only;
        }
        LoadBalancer.Simple simple = settings.balancer().simple();
        return switch (simple == null ? LoadBalancer.Simple.RANDOM : simple) {
            case LEAST_REQUEST -> new TwoChoices.LeastRequest(members);
            case PEAK_EWMA -> new TwoChoices.LeastLatency(members, settings.latencies());
            case ROUND_ROBIN -> new RoundRobin(members);
            case RANDOM -> (random, now) -> members.draw(random);
            case WEIGHTED_LOAD -> new WeightedByLoad(members, settings.loadWeights());
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
}
