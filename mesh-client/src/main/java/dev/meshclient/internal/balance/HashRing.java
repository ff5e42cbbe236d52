package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.ConsistentHash.RingHash;
import java.util.Arrays;
import java.util.List;

/**
 * Ketama, as Envoy has it: each endpoint has points on a ring of hashes, as many as its weight demands, and a hash belongs to the
 * first point that is not below it. The points are the XXH64 of {@code address:port_0}, {@code address:port_1} and so on, and
 * their numbers are Envoy's, so that both choose the same endpoint among the same endpoints.
 */
final class HashRing implements HashTable {
    private final long[] points; // ascending; the lowest bits hold the position of the owner
    private final long ownerMask;

    private HashRing(long[] points, long ownerMask) {
        this.points = points;
        this.ownerMask = ownerMask;
    }

    /**
     * The endpoint with the least weight gets a whole number of points, unless the ring would have more than
     * {@link RingHash#MAX_SIZE}.
     *
     * @param endpoints each with a weight above 0
     */
    static HashRing of(List<Endpoint> endpoints, long minimumSize) {
        double all = endpoints.stream().mapToLong(Endpoint::weight).sum();
        double least = endpoints.stream().mapToLong(Endpoint::weight).min().orElse(1) / all;
        double size = Math.min(Math.ceil(least * minimumSize) / least, RingHash.MAX_SIZE);
        long mask = Integer.highestOneBit(Math.max(1, endpoints.size() - 1)) * 2L - 1;
        long[] points = new long[(int) Math.ceil(size) + 1];
        int count = 0;
        double target = 0;
        for (int position = 0; position < endpoints.size(); position++) {
            Endpoint endpoint = endpoints.get(position);
            String prefix = endpoint.name() + '_';
            target += size * (endpoint.weight() / all);
            for (int i = 0; count < target && count < points.length; i++) {
                points[count++] = signed(XxHash64.of(prefix + i) & ~mask) | position;
            }
        }
        long[] made = Arrays.copyOf(points, count);
        Arrays.sort(made);
        return new HashRing(made, mask);
    }

    /** The order of unsigned numbers, for signed ones. */
    private static long signed(long unsigned) {
        return unsigned ^ Long.MIN_VALUE;
    }

    @Override
    public int owner(long hash) {
        int found = Arrays.binarySearch(points, signed(hash & ~ownerMask));
        int at = found >= 0 ? found : -found - 1;
        return (int) (points[at == points.length ? 0 : at] & ownerMask);
    }

    int size() {
        return points.length;
    }
}
