package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.policy.LoadBalancer;
import java.util.random.RandomGenerator;

/**
 * Decider: the endpoints that this client calls of a large group, so that it has few connections: the first in an order of its own
 * (rendezvous hashing; gRFC A68). Endpoints that are ejected or fail their health checks are replaced by the next ones. Those that
 * are never called are not known to work: of their capacity as much counts as of the capacity of the others.
 *
 * @param size all groups with calls have at most so many endpoints together, and each at least one; 0 = no limit
 * @param seed of the order; another one in each client
 */
record ClientSubset(int size, long seed) {
    static final ClientSubset ALL = new ClientSubset(0, 0);

    /** The subset of a policy for a client, which has the same seed in each process with the same instance of a service. */
    static ClientSubset of(LoadBalancer balancer, Balance.Origin origin, ServiceState service, RandomGenerator random) {
        Integer size = balancer.subsetSize();
        if (size == null || size == 0) {
            return ALL;
        }
        String instance = origin.instance();
        return new ClientSubset(
                size, instance.isEmpty() ? service.get(SubsetSeed.SLOT).get(random) : XxHash64.of(instance));
    }

    /** Whether the policy states a size. */
    boolean isStated() {
        return size > 0;
    }

    /**
     * The endpoints of a group that this client calls.
     *
     * @param usable the endpoints that may be called
     * @param share of the calls; 0: only calls that leave their own group are sent there
     */
    Members of(Members usable, double share) {
        return isStated() ? usable.first(share > 0 ? Math.max(1, (int) (size * share + 1e-9)) : size, seed) : usable;
    }

    /**
     * The weight of the usable endpoints: as large a part of all as of those that are or were called.
     *
     * @param usable the endpoints of a pool that are not ejected
     */
    long usableWeight(Members usable) {
        long weight = usable.weight();
        if (!isStated() || usable.size() <= size) {
            return weight;
        }
        double called = (double) weight * size / usable.size();
        long all = usable.poolWeight();
        return Math.round(all * called / (called + all - weight));
    }

    /** The number of usable endpoints, in the same way. */
    int usable(int all, int notEjected) {
        return !isStated() || notEjected <= size ? notEjected : (int) ((long) all * size / (size + all - notEjected));
    }
}
