package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decider: highest random weight. The endpoint of a key changes only if that endpoint is removed or an endpoint with a higher
 * score is added.
 */
final class Rendezvous {
    private Rendezvous() {}

    static Endpoint pick(Members members, String key) {
        return Objects.requireNonNull(pick(members, key, null));
    }

    /**
     * The endpoint of a key among those below their limits.
     *
     * @param limits null: there are none
     * @return null: all endpoints are at their limits
     */
    static @Nullable Endpoint pick(Members members, String key, @Nullable EndpointLimits limits) {
        Endpoint best = null;
        double bestScore = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < members.size(); i++) {
            Endpoint endpoint = members.get(i);
            double score = limits == null || limits.isFree(endpoint.state())
                    ? score(key, endpoint.name(), endpoint.weight())
                    : Double.NEGATIVE_INFINITY;
            if (score > bestScore) {
                best = endpoint;
                bestScore = score;
            }
        }
        return best;
    }

    /** weight / −ln(u), u uniform of key and name: the weighted form of the method. */
    static double score(String key, String name, double weight) {
        return score(HashTable.mix(key.hashCode() * 0x9E37_79B9_7F4A_7C15L), name, weight);
    }

    static double score(long key, String name, double weight) {
        long hash = HashTable.mix(key ^ name.hashCode());
        double u = ((hash >>> 11) + 0.5) * 0x1.0p-53;
        return weight / -StrictMath.log(u);
    }
}
