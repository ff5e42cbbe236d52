package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.meshclient.internal.call.Allocated;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.LoadBalancer.Simple;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.LocalityLbSetting;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** {@code loadBalancer.subsetSize}. */
class SubsetTest {
    private static final Locality HOME = new Locality("eu", "a", "");
    private static final long LATER = 1_000_000_000_000L;

    private final StepTime time = new StepTime();

    private static Endpoint endpoint(int number, String zone, int weight, Health health) {
        String address = "10." + zone.charAt(0) % 8 + "." + number / 250 + "." + number % 250;
        return Endpoints.of(address, new Locality("eu", zone, ""), "", Map.of(), 0, weight, health);
    }

    private static List<Endpoint> endpoints(int number, String zone) {
        return IntStream.range(0, number)
                .mapToObj(i -> endpoint(i, zone, 1, Health.HEALTHY))
                .toList();
    }

    private static LevelSettings settings(int size, long seed, boolean zoned) {
        return new LevelSettings(
                zoned,
                HOME,
                Map.of(),
                LoadBalancer.of(Simple.RANDOM),
                new GroupLoads(),
                new PeakEwma(),
                LoadWeights.UNUSED,
                new ClientSubset(size, seed));
    }

    private static Plan plan(int size, long seed, boolean zoned, List<List<Endpoint>> priorities) {
        return Plans.of(
                IntStream.range(0, priorities.size())
                        .mapToObj(i -> new Plan.Priority(i, priorities.get(i), true, Map.of()))
                        .toList(),
                new PlanSettings(settings(size, seed, zoned), FailoverMode.SPILL, 50, true));
    }

    private static Set<Endpoint> subset(int size, long seed, List<Endpoint> all) {
        return new HashSet<>(plan(size, seed, false, List.of(all)).called());
    }

    private static void eject(Collection<Endpoint> endpoints) {
        endpoints.forEach(e -> e.state().eject(1, LATER, 1, "test"));
    }

    private static int both(Set<Endpoint> one, Set<Endpoint> other) {
        return (int) one.stream().filter(other::contains).count();
    }

    /** The number of clients of an endpoint is binomial: 1,000 draws of 1 in 10, standard deviation 9.5. */
    @Test
    void each_endpoint_has_about_as_many_clients() {
        List<Endpoint> all = endpoints(100, "a");
        Map<Endpoint, Integer> clients = new HashMap<>();
        for (int i = 0; i < 1000; i++) {
            Set<Endpoint> subset = subset(10, XxHash64.of("web-" + i), all);
            assertThat(subset).hasSize(10);
            subset.forEach(e -> clients.merge(e, 1, Integer::sum));
        }
        assertThat(clients).hasSize(100);
        double squares = 0;
        for (int number : clients.values()) {
            assertThat(number).isCloseTo(100, within(43)); // 4.5 standard deviations
            squares += (number - 100.0) * (number - 100.0) / 90; // of their variance, 1000 x 0.1 x 0.9
        }
        assertThat(squares).isCloseTo(100, within(50.0)); // chi square of 100 endpoints: deviation 14
    }

    @Test
    void an_added_or_removed_endpoint_moves_at_most_one_of_a_subset_and_only_for_its_share_of_the_clients() {
        List<Endpoint> all = endpoints(101, "a");
        List<Endpoint> without = new ArrayList<>(all);
        Endpoint added = without.remove(37);
        int moved = 0;
        for (int i = 0; i < 1000; i++) {
            long seed = XxHash64.of("web-" + i);
            Set<Endpoint> before = subset(10, seed, without);
            Set<Endpoint> after = subset(10, seed, all);
            assertThat(both(before, after)).isEqualTo(after.contains(added) ? 9 : 10);
            moved += after.contains(added) ? 1 : 0;
        }
        assertThat(moved).isCloseTo(99, within(43)); // 10 of 101
    }

    @Test
    void the_order_of_the_list_does_not_matter() {
        List<Endpoint> all = endpoints(300, "a");
        List<Endpoint> shuffled = new ArrayList<>(all);
        java.util.Collections.shuffle(shuffled, new java.util.Random(1));
        assertThat(subset(20, 7, shuffled)).isEqualTo(subset(20, 7, all));
    }

    @Test
    void ejected_endpoints_are_replaced_and_come_back_to_the_same_subset() {
        List<Endpoint> all = endpoints(100, "a");
        Set<Endpoint> first = subset(10, 7, all);
        List<Endpoint> bad = first.stream().limit(4).toList();
        eject(bad);
        Set<Endpoint> second = subset(10, 7, all);
        assertThat(second).hasSize(10).doesNotContainAnyElementsOf(bad);
        assertThat(both(first, second)).isEqualTo(6);
        bad.forEach(e -> e.state().readmit(2));
        assertThat(subset(10, 7, all)).isEqualTo(first);
    }

    @Test
    void all_are_called_whatever_the_order_when_few_are_left() {
        List<Endpoint> all = endpoints(30, "a");
        eject(all.subList(0, 14));
        assertThat(subset(20, 7, all)).isEqualTo(new HashSet<>(all.subList(14, 30)));
        assertThat(subset(30, 7, all)).isEqualTo(new HashSet<>(all.subList(14, 30)));
        assertThat(subset(16, 7, all)).isEqualTo(new HashSet<>(all.subList(14, 30)));
    }

    /** The first of 200 in random order that are not ejected, whichever those are. */
    @Test
    void is_the_beginning_of_one_order() {
        SplittableRandom random = new SplittableRandom(5);
        List<Endpoint> all = endpoints(200, "a");
        SubsetOrder order = new SubsetOrder(all, 9);
        int[] whole = new int[200];
        Set<Integer> before = new HashSet<>();
        for (int i = 0; i < 200; i++) { // each number adds one position
            int added = IntStream.of(order.first(i + 1, new int[0]))
                    .filter(position -> !before.contains(position))
                    .sum();
            whole[i] = added;
            before.add(added);
        }
        for (int run = 0; run < 200; run++) {
            int number = random.nextInt(1, 60);
            int[] ejected =
                    random.ints(random.nextInt(100), 0, 200).distinct().sorted().toArray();
            Set<Integer> out = IntStream.of(ejected).boxed().collect(Collectors.toSet());
            int[] expected = IntStream.of(whole)
                    .filter(position -> !out.contains(position))
                    .limit(number)
                    .sorted()
                    .toArray();
            assertThat(new SubsetOrder(all, 9).first(number, ejected)).isEqualTo(expected);
            assertThat(order.first(number, ejected)).isEqualTo(expected);
        }
    }

    @Test
    void endpoints_that_the_registry_calls_unhealthy_are_not_in_it() {
        List<Endpoint> all = new ArrayList<>(endpoints(50, "a"));
        IntStream.range(50, 100).forEach(i -> all.add(endpoint(i, "a", 1, Health.UNHEALTHY)));
        assertThat(subset(40, 7, all)).hasSize(40).allMatch(e -> e.health() == Health.HEALTHY);
    }

    @Test
    void zones_have_parts_of_it_by_their_shares() {
        List<Endpoint> all = new ArrayList<>(endpoints(100, "a"));
        all.addAll(endpoints(100, "b"));
        Plan home = plan(20, 7, true, List.of(all));
        assertThat(home.called())
                .hasSize(40)
                .filteredOn(e -> e.locality().zone().equals("a"))
                .hasSize(20);
        assertThat(home.chosen()).hasSize(20).allMatch(e -> e.locality().zone().equals("a"));
        List<Endpoint> half = new ArrayList<>(endpoints(50, "a"));
        IntStream.range(50, 100).forEach(i -> half.add(endpoint(i, "a", 1, Health.UNHEALTHY)));
        half.addAll(endpoints(100, "b"));
        Plan spills = plan(20, 7, true, List.of(half)); // 1.4 x 50 of 100 stay
        assertThat(spills.chosen())
                .hasSize(20)
                .filteredOn(e -> e.locality().zone().equals("a"))
                .hasSize(14);
    }

    @Test
    void a_zone_or_priority_with_calls_has_at_least_one_endpoint() {
        List<Endpoint> first = new ArrayList<>(endpoints(70, "a"));
        IntStream.range(70, 100).forEach(i -> first.add(endpoint(i, "a", 1, Health.UNHEALTHY)));
        Plan plan = plan(3, 7, false, List.of(first, endpoints(100, "b"))); // 98 and 2 %
        assertThat(plan.chosen())
                .hasSize(3)
                .filteredOn(e -> e.locality().zone().equals("b"))
                .hasSize(1);
    }

    /** 20 of the first 40 were ejected: half of the 1,000 count as usable, 1.4 x 500 / 1000 = 70 % stay. */
    @Test
    void a_priority_is_judged_by_the_endpoints_that_were_called() {
        List<Endpoint> first = endpoints(1000, "a");
        eject(subset(20, 7, first));
        Plan plan = plan(20, 7, false, List.of(first, endpoints(1000, "b")));
        assertThat(plan.isPanic()).isFalse();
        assertThat(plan.upTo(0)).isEqualTo(0.7);
        assertThat(plan.chosen())
                .hasSize(20 + 20)
                .filteredOn(e -> !e.state().isEjected())
                .hasSize(20)
                .filteredOn(e -> e.locality().zone().equals("a"))
                .hasSize(14);
        Plan all = plan(0, 7, false, List.of(first, endpoints(1000, "b")));
        assertThat(all.upTo(0)).isEqualTo(1.0);
    }

    @Test
    void a_zone_is_judged_by_the_endpoints_that_were_called() {
        List<Endpoint> all = new ArrayList<>(endpoints(1000, "a"));
        eject(subset(20, 7, all));
        all.addAll(endpoints(1000, "b"));
        Plan plan = plan(20, 7, true, List.of(all));
        assertThat(plan.levels().get(0).home()).isCloseTo(0.7, within(1e-9));
        assertThat(plan.toString()).contains("a 70 % of 14 (chosen from 980), b 30 % of 6 (chosen from 1000)");
    }

    /** Each replacement is worse than the last, and yet health is not ignored: others are left. */
    @Test
    void there_is_no_panic_while_others_are_left() {
        List<Endpoint> all = endpoints(100, "a");
        for (int i = 0; i < 5; i++) {
            eject(subset(10, 7, all));
            Plan plan = plan(10, 7, false, List.of(all));
            assertThat(plan.isPanic()).isFalse();
            assertThat(plan.called()).hasSize(10).noneMatch(e -> e.state().isEjected());
        }
        eject(subset(10, 7, all)); // 60 of 100: fewer than minHealthPercent are usable
        Plan panic = plan(10, 7, false, List.of(all));
        assertThat(panic.isPanic()).isTrue();
        assertThat(panic.called()).hasSize(10);
        assertThat(panic.chosen())
                .hasSize(60
                        + (int) panic.called().stream()
                                .filter(e -> !e.state().isEjected())
                                .count());
    }

    @Test
    void what_counts_without_a_subset_is_what_counted_before() {
        SplittableRandom random = new SplittableRandom(3);
        for (int run = 0; run < 100; run++) {
            int number = random.nextInt(1, 40);
            int ejected = random.nextInt(number + 1);
            for (ClientSubset all : List.of(ClientSubset.ALL, new ClientSubset(number - ejected + 1, 7))) {
                assertThat(all.usable(number, number - ejected)).isEqualTo(number - ejected);
                List<Endpoint> weighted = IntStream.range(0, number)
                        .mapToObj(i -> endpoint(i, "a", 1 + i % 5, Health.HEALTHY))
                        .toList();
                Members members = new Members(
                        new Pool(weighted, null), IntStream.range(0, ejected).toArray());
                assertThat(all.usableWeight(members)).isEqualTo(members.weight());
                assertThat(all.of(members, 1)).isSameAs(members);
            }
        }
    }

    /** Sorting 50,000 endpoints, or copying them, would take 200,000 bytes at least. */
    @Test
    void an_ejection_among_50000_looks_at_few() {
        List<Endpoint> all = endpoints(50_000, "a");
        LevelSettings settings = settings(20, 7, false);
        List<Tier> tiers = List.of(new Tier(new Plan.Priority(0, all, true, Map.of()), settings));
        PlanSettings planned = new PlanSettings(settings, FailoverMode.SPILL, 50, true);
        ServiceState service = new ServiceState();
        EndpointList list = EndpointList.of(all);
        service.endpoints(list, gone -> {});
        List<Endpoint> bad = List.copyOf(subset(5, 7, all));
        eject(bad);
        EjectedPositions ejected =
                new EjectedPositions(list, bad.stream().map(Endpoint::state).toList());
        Plan first = Plan.of(tiers, planned, ejected);
        assertThat(first.called()).hasSize(20).doesNotContainAnyElementsOf(bad);
        assertThat(Allocated.bytes(() -> Plan.of(tiers, planned, ejected))).isLessThan(40_000);
    }

    @Test
    void a_pick_of_a_subset_allocates_nothing() {
        Plan plan = plan(20, 7, false, List.of(endpoints(1000, "a")));
        SplittableRandom random = new SplittableRandom(1);
        FailbackRamp ramp = new FailbackRamp();
        Picked picked = Plans.picked(plan);
        long bytes = Allocated.bytes(() -> {
            for (int i = 0; i < 100_000; i++) {
                plan.pick(random, ramp, LATER, picked);
            }
        });
        assertThat(bytes).isLessThan(100_000);
    }

    private Planner planner(ServiceState service, List<Endpoint> all, String instance, int size) {
        EndpointSet set = EndpointSet.stated(service, EndpointList.of(all), Map.of());
        return Planner.create(
                time,
                "orders",
                set,
                new BackendState(),
                new BalanceSettings(
                        LoadBalancer.of(Simple.RANDOM).toBuilder()
                                .subsetSize(size)
                                .build(),
                        true,
                        LocalityLbSetting.NONE,
                        FailoverMode.SPILL,
                        50,
                        true),
                new Balance.Origin(HOME, Map.of(), Map.of(), instance));
    }

    @Test
    void an_instance_has_the_same_endpoints_after_a_restart_and_a_process_without_one_after_a_new_policy() {
        List<Endpoint> all = endpoints(1000, "a");
        List<Endpoint> one =
                planner(new ServiceState(), all, "web-1", 20).current().called();
        assertThat(one).hasSize(20);
        assertThat(planner(new ServiceState(), all, "web-1", 20).current().called())
                .isEqualTo(one);
        assertThat(planner(new ServiceState(), all, "web-2", 20).current().called())
                .isNotEqualTo(one);
        ServiceState service = new ServiceState();
        List<Endpoint> drawn = planner(service, all, "", 20).current().called();
        assertThat(planner(service, all, "", 20).current().called()).isEqualTo(drawn);
        assertThat(planner(service, all, "", 25).current().called()).containsAll(drawn);
        assertThat(planner(new ServiceState(), all, "", 20).current().called()).isNotEqualTo(drawn);
        assertThat(planner(service, all, "", 0).current().called()).hasSize(1000);
    }
}
