package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.ConsistentHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The endpoints of a zone, or of a locality that the policy names, whether ejected or not, and their weights. Immutable. */
final class Pool {
    /** No endpoints. */
    static final Pool NONE = new Pool(List.of(), null);

    private final List<Endpoint> endpoints;
    private final long weight;
    private final boolean alike;
    private final @Nullable HashTable hashes;
    private volatile @Nullable AliasTable weights; // made on first use
    private volatile @Nullable SubsetOrder order; // made on first use

    /**
     * @param endpoints each with a weight above 0
     * @param hash null: no table of hashes is needed
     */
    Pool(List<Endpoint> endpoints, @Nullable ConsistentHash hash) {
        this.endpoints = endpoints;
        this.hashes = hash == null || endpoints.isEmpty() ? null : HashTable.of(hash, endpoints);
        long sum = 0;
        boolean same = true;
        for (int i = 0; i < endpoints.size(); i++) {
            sum += endpoints.get(i).weight();
            same &= endpoints.get(i).weight() == endpoints.get(0).weight();
        }
        this.weight = sum;
        this.alike = same;
    }

    List<Endpoint> endpoints() {
        return endpoints;
    }

    long weight() {
        return weight;
    }

    /** The owners of the hashes among all endpoints; null: the policy states no hash. */
    @Nullable
    HashTable hashes() {
        return hashes;
    }

    /** The order in which the client with this seed takes the endpoints. */
    SubsetOrder order(long seed) {
        SubsetOrder known = order;
        if (known == null || !known.isOf(seed)) {
            known = new SubsetOrder(endpoints, seed);
            order = known;
        }
        return known;
    }

    /** Whether all endpoints have the same weight. */
    boolean isAlike() {
        return alike;
    }

    /** The table for draws by weight. */
    AliasTable weights() {
        AliasTable known = weights;
        if (known == null) {
            known = AliasTable.of(
                    endpoints.stream().mapToDouble(Endpoint::weight).toArray());
            weights = known;
        }
        return known;
    }
}
