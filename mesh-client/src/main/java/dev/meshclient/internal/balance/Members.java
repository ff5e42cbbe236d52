package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.endpoint.Endpoint;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a pool without those that are ejected, in order. Holds the positions of the ejected alone, so that an ejection
 * costs nothing in proportion to the others. Immutable.
 */
final class Members {
    /** Up to here draws by weight are from a table of the members; above, from the pool's, and an ejected one is drawn again. */
    private static final int FEW = 1024;

    private static final int REDRAWS = 64;

    private final Pool pool;
    private final List<Endpoint> all;
    private final int[] ejected;
    private final int size;
    private final @Nullable AliasTable weights;

    /** @param ejected their positions, from the first on */
    Members(Pool pool, int[] ejected) {
        this.pool = pool;
        this.all = pool.endpoints();
        this.ejected = ejected;
        this.size = all.size() - ejected.length;
        this.weights =
                size < 2 || pool.isAlike() ? null : size > FEW || ejected.length == 0 ? pool.weights() : ofMembers();
    }

    /** Null: all weigh the same. */
    private @Nullable AliasTable ofMembers() {
        double[] some = new double[size];
        boolean alike = true;
        for (int i = 0; i < size; i++) {
            some[i] = get(i).weight();
            alike &= some[i] == some[0];
        }
        return alike ? null : AliasTable.of(some);
    }

    int size() {
        return size;
    }

    /** The one at this place among the members. */
    Endpoint get(int place) {
        int low = 0;
        int high = ejected.length;
        while (low < high) { // how many before it are ejected
            int middle = (low + high) >>> 1;
            if (ejected[middle] - middle <= place) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return all.get(place + low);
    }

    /** What they weigh together. */
    long weight() {
        long sum = pool.weight();
        for (int position : ejected) {
            sum -= all.get(position).weight();
        }
        return sum;
    }

    /** Whether all weigh the same. */
    boolean isAlike() {
        return weights == null;
    }

    /** One at random, by weight. */
    Endpoint draw(RandomGenerator random) {
        AliasTable table = weights;
        if (table == null) {
            return get(random.nextInt(size));
        }
        if (table.size() == size) {
            return get(table.draw(random));
        }
        for (int i = 0; i < REDRAWS; i++) {
            int position = table.draw(random);
            if (Arrays.binarySearch(ejected, position) < 0) {
                return all.get(position);
            }
        }
        return get(random.nextInt(size));
    }

    /** The one that owns this number, from 0 on and below 1. */
    Endpoint at(double number) {
        AliasTable table = weights;
        if (table == null) {
            return get((int) (number * size));
        }
        if (table.size() == size) {
            return get(table.at(number));
        }
        int position = table.at(number);
        return Arrays.binarySearch(ejected, position) < 0 ? all.get(position) : get((int) (number * size));
    }
}
