package dev.meshclient.internal.balance;

import dev.meshclient.internal.call.AliasTable;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.endpoint.EndpointList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a pool without the ejected ones, in order. Stores only the positions of the ejected endpoints, so an
 * ejection costs nothing in proportion to the size of the pool. Immutable.
 */
final class Members {
    /**
     * Up to this size a draw by weight uses a table of the members; above it, the pool's table, and an ejected endpoint is
     * drawn again.
     */
    private static final int FEW = 1024;

    private static final int REDRAWS = 64;
    private static final int[] NOWHERE = {};

    private final Pool pool;
    private final List<Endpoint> all;
    private final int[] ejected;
    private final int size;
    private final @Nullable AliasTable weights;

    /** @param ejected the positions of the ejected endpoints, ascending */
    Members(Pool pool, int[] ejected) {
        this.pool = pool;
        this.all = pool.endpoints();
        this.ejected = ejected;
        this.size = all.size() - ejected.length;
        this.weights =
                size < 2 || pool.isAlike() ? null : size > FEW || ejected.length == 0 ? pool.weights() : ofMembers();
    }

    /** Null: all endpoints have the same weight. */
    private @Nullable AliasTable ofMembers() {
        double[] some = new double[size];
        boolean alike = true;
        for (int i = 0; i < size; i++) {
            some[i] = get(i).weight();
            alike &= some[i] == some[0];
        }
        return alike ? null : AliasTable.of(some);
    }

    /**
     * The first members in the order of a client; all if there are no more.
     *
     * @param seed of the client
     */
    Members first(int most, long seed) {
        if (most >= size) {
            return this;
        }
        List<Endpoint> first = Arrays.stream(pool.order(seed).first(most, ejected))
                .mapToObj(all::get)
                .toList();
        return new Members(new Pool(first, null), NOWHERE);
    }

    int size() {
        return size;
    }

    /** The member at this position. */
    Endpoint get(int place) {
        int low = 0;
        int high = ejected.length;
        while (low < high) { // how many ejected endpoints precede it
            int middle = (low + high) >>> 1;
            if (ejected[middle] - middle <= place) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return all.get(place + low);
    }

    /** The member at this position of the pool; null: it is ejected. */
    @Nullable
    Endpoint atPosition(int position) {
        return ejected.length > 0 && Arrays.binarySearch(ejected, position) >= 0 ? null : all.get(position);
    }

    /** Whether this endpoint, of a list with the pool in it, is a member. */
    boolean has(EndpointHealth endpoint, EndpointList list) {
        int[] position = list.positions(List.of(endpoint), all);
        return position.length > 0 && atPosition(position[0]) != null;
    }

    /** The sum of the members' weights. */
    long weight() {
        long sum = pool.weight();
        for (int position : ejected) {
            sum -= all.get(position).weight();
        }
        return sum;
    }

    /** The sum of the weights of the members and the ejected endpoints. */
    long poolWeight() {
        return pool.weight();
    }

    /** Whether all members have the same weight. */
    boolean isAlike() {
        return weights == null;
    }

    /** A random member, by weight. */
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

    /** The member that owns this number, from 0 (inclusive) to 1 (exclusive). */
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
