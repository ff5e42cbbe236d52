package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Maglev (Eisenbud et al., NSDI 2016, 3.4), as Envoy has it: the endpoints take places of the table in turn, as often as their
 * weights demand, each in an order of its own that depends on its name.
 */
final class MaglevTable implements HashTable {
    private final int[] owners;

    private MaglevTable(int[] owners) {
        this.owners = owners;
    }

    /**
     * @param endpoints each with a weight above 0
     * @param stated a prime; a table with fewer places than endpoints is enlarged, so that each endpoint has one
     */
    static MaglevTable of(List<Endpoint> endpoints, long stated) {
        int size = (int) stated;
        while (size < endpoints.size()) {
            size = BigInteger.valueOf(2L * size).nextProbablePrime().intValue();
        }
        List<Integer> byName = new ArrayList<>();
        for (int i = 0; i < endpoints.size(); i++) {
            byName.add(i);
        }
        byName.sort(Comparator.comparing(i -> endpoints.get(i).name()));
        int[] owners = new int[size];
        Arrays.fill(owners, -1);
        int[] next = new int[endpoints.size()]; // the next place that the endpoint wants
        int[] skip = new int[endpoints.size()];
        for (int i = 0; i < next.length; i++) {
            String name = endpoints.get(i).name();
            next[i] = (int) Long.remainderUnsigned(XxHash64.of(name), size);
            skip[i] = (int) Long.remainderUnsigned(XxHash64.of(name, 1), size - 1L) + 1;
        }
        long[] turns = turns(endpoints, byName, size);
        for (int filled = 0; filled < size; filled++) {
            int endpoint = byName.get((int) turns[filled]);
            while (owners[next[endpoint]] >= 0) {
                next[endpoint] = (int) (((long) next[endpoint] + skip[endpoint]) % size);
            }
            owners[next[endpoint]] = endpoint;
        }
        return new MaglevTable(owners);
    }

    /**
     * Who takes the places, in order. In each round, from 1, all endpoints take a place that are due: the heaviest always, one
     * with a third of its weight in every third round, and each in the first.
     *
     * @return in the lower half the index in the order of the names, in the upper half the round
     */
    private static long[] turns(List<Endpoint> endpoints, List<Integer> byName, int size) {
        long heaviest = endpoints.stream().mapToLong(Endpoint::weight).max().orElse(1);
        double all = endpoints.stream().mapToLong(Endpoint::weight).sum();
        long rounds = (long) Math.ceil(size * (heaviest / all)) + 1; // enough to fill the table
        long[] turns = new long[size];
        int count = 0;
        for (int i = 0; i < byName.size(); i++) {
            long weight = endpoints.get(byName.get(i)).weight();
            long round = 1;
            for (long turn = 1; round <= rounds; turn++) {
                if (count == turns.length) {
                    turns = Arrays.copyOf(turns, 2 * count);
                }
                turns[count++] = round << 32 | i;
                round = Math.max(round + 1, (turn * heaviest + weight - 1) / weight);
            }
        }
        long[] made = Arrays.copyOf(turns, count);
        Arrays.sort(made);
        return made;
    }

    @Override
    public int owner(long hash) {
        return owners[(int) Long.remainderUnsigned(hash, owners.length)];
    }

    int size() {
        return owners.length;
    }
}
