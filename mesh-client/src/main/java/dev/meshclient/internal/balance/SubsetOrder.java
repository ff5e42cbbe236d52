package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import java.util.Arrays;
import java.util.List;

/**
 * Decider: the order in which a client takes the endpoints of a pool: by the hash of its seed and their addresses. Another endpoint
 * in the pool changes the place of no other endpoint. Only the beginning of the order is known, as far as it was needed.
 */
final class SubsetOrder {
    private final List<Endpoint> endpoints;
    private final long seed;
    private volatile long[] known = {}; // hash and position of each

    SubsetOrder(List<Endpoint> endpoints, long seed) {
        this.endpoints = endpoints;
        this.seed = seed;
    }

    boolean isOf(long otherSeed) {
        return seed == otherSeed;
    }

    /**
     * The positions of the first endpoints that are not ejected, ascending.
     *
     * @param number of them; there are as many
     * @param ejected the positions of the ejected endpoints, ascending
     */
    int[] first(int number, int[] ejected) {
        long[] order = beginning(number + ejected.length);
        int[] first = new int[number];
        for (int i = 0, found = 0; found < number; i++) {
            int position = (int) order[i];
            if (Arrays.binarySearch(ejected, position) < 0) {
                first[found++] = position;
            }
        }
        Arrays.sort(first);
        return first;
    }

    /** At least so many. Sorts only those with low hashes. */
    private long[] beginning(int number) {
        long[] found = known;
        for (long part = 2L * number; found.length < number; part *= 2) {
            double share = Math.min(1, (double) part / endpoints.size());
            found = upTo((long) (share * Long.MAX_VALUE));
        }
        known = found;
        return found;
    }

    private long[] upTo(long most) {
        long[] some = new long[endpoints.size()];
        int found = 0;
        for (int i = 0; i < some.length; i++) {
            long key = hash(endpoints.get(i)) >>> 33 << 32 | i;
            if (key <= most) {
                some[found++] = key;
            }
        }
        Arrays.sort(some, 0, found);
        return Arrays.copyOf(some, found);
    }

    private long hash(Endpoint endpoint) {
        return HashTable.mix(XxHash64.of(endpoint.ownAddress(), seed) + endpoint.ownPort());
    }
}
