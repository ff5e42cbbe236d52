package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.endpoint.Endpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The endpoints of a zone, or of a locality that the policy names, whether ejected or not, and their weights. Immutable. */
final class Pool {
    private final List<Endpoint> endpoints;
    private final long weight;
    private final boolean alike;
    private volatile @Nullable AliasTable weights; // made on first use

    /** @param endpoints each with a weight above 0 */
    Pool(List<Endpoint> endpoints) {
        this.endpoints = endpoints;
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
