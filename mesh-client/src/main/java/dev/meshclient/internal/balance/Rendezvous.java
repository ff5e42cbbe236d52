package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;

/**
 * Decider: highest random weight. The endpoint of a key changes only if that endpoint is removed or an endpoint with a higher
 * score is added.
 */
final class Rendezvous {
    private Rendezvous() {}

    static Endpoint pick(Members members, String key) {
        Endpoint best = members.get(0);
        double bestScore = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < members.size(); i++) {
            Endpoint endpoint = members.get(i);
            double score = score(key, endpoint.name(), endpoint.weight());
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
