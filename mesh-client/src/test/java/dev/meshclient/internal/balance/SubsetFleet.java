package dev.meshclient.internal.balance;

import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Locality;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** Clients that each call a subset of the same endpoints: the decider alone, as so many clients are too many for calls. */
public final class SubsetFleet {
    /** The columns of {@link #rows}. */
    public static final List<String> COLUMNS = List.of(
            "`subsetSize`",
            "clients of an endpoint",
            "fewest, most",
            "most, a tenth ejected",
            "connections that a deployment of a tenth ends");

    private static final int[] NONE = {};

    private final int clients;
    private final List<Endpoint> before;
    private final List<Endpoint> after;
    private final int[] tenth;

    /** What becomes of the connections with one size. */
    private final class Figures {
        private final int size;
        private final long[] clientsOf = new long[before.size()];
        private final long[] clientsWithoutTenth = new long[before.size()];
        private long ended;

        Figures(int size) {
            this.size = size;
        }

        void add(SubsetOrder order, SubsetOrder orderAfter) {
            int[] called = order.first(size, NONE);
            count(clientsOf, called);
            count(clientsWithoutTenth, order.first(size, tenth));
            ended += size - kept(called, orderAfter.first(size, NONE));
        }

        List<String> row() {
            long connections = (long) clients * size;
            return List.of(
                    String.valueOf(size),
                    String.valueOf(connections / before.size()),
                    LongStream.of(clientsOf).min().orElseThrow() + ", " + max(clientsOf),
                    String.valueOf(max(clientsWithoutTenth)),
                    1000 * ended / connections / 10 + "." + 1000 * ended / connections % 10 + " %");
        }
    }

    /** A fleet whose clients all make as many calls. */
    public SubsetFleet(int clients, int endpoints) {
        this.clients = clients;
        this.tenth = IntStream.range(0, endpoints / 10).toArray();
        this.before =
                IntStream.range(0, endpoints).mapToObj(SubsetFleet::endpoint).toList();
        this.after = IntStream.range(tenth.length, endpoints + tenth.length)
                .mapToObj(SubsetFleet::endpoint)
                .toList();
    }

    private static Endpoint endpoint(int number) {
        return Endpoints.of(
                "10.0." + number / 250 + "." + (number % 250 + 1), Locality.NONE, "", Map.of(), 0, 1, Health.HEALTHY);
    }

    /** A row for each size; state the largest first, as the others are in the order that it sorts. */
    public List<List<String>> rows(int... sizes) {
        List<Figures> figures = IntStream.of(sizes).mapToObj(Figures::new).toList();
        for (int client = 0; client < clients; client++) {
            long seed = XxHash64.of("web-" + client);
            SubsetOrder order = new SubsetOrder(before, seed);
            SubsetOrder orderAfter = new SubsetOrder(after, seed);
            figures.forEach(f -> f.add(order, orderAfter));
        }
        return figures.stream().map(Figures::row).toList();
    }

    private static long max(long[] clients) {
        return LongStream.of(clients).max().orElseThrow();
    }

    private static void count(long[] clients, int[] called) {
        for (int position : called) {
            clients[position]++;
        }
    }

    /** How many endpoints are called after the deployment too; the tenth that it replaced were the first of the list. */
    private long kept(int[] before, int[] after) {
        return IntStream.of(before)
                .filter(at -> Arrays.binarySearch(after, at - tenth.length) >= 0)
                .count();
    }
}
