package dev.meshclient.internal.balance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Decision;
import dev.meshclient.MeshOptions;
import dev.meshclient.internal.call.Allocated;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.endpoint.BackendState;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointList;
import dev.meshclient.internal.endpoint.EndpointSet;
import dev.meshclient.internal.endpoint.Endpoints;
import dev.meshclient.internal.endpoint.RecentAttempts;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.ConsistentHash;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.FailoverMode;
import dev.meshclient.policy.Limits;
import dev.meshclient.policy.LoadBalancer;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.LocalityLbSetting;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Session affinity in the balance layer. */
class ConsistentHashTest {
    private static final long SECOND = 1_000_000_000L;
    private static final Locality HOME = new Locality("eu", "a", "");
    private static final ConsistentHash HEADER =
            ConsistentHash.builder().httpHeaderName("x-session").build();
    private static final int KEYS = 400;

    private final StepTime time = new StepTime();
    private final ServiceState service = new ServiceState();
    private final BackendState state = new BackendState();
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final List<Attempt> open = new ArrayList<>();
    private @Nullable ConsistentHash hash = HEADER;
    private Limits limits = Limits.NONE;
    private boolean leavesOpen;
    private @Nullable AttemptLayer layer;

    private void add(int number, String zone) {
        for (int i = 0; i < number; i++) {
            endpoints.add(Endpoints.of(
                    "e" + endpoints.size(), new Locality("eu", zone, ""), "", Map.of(), 0, 1, Health.HEALTHY));
        }
    }

    private AttemptLayer layer() {
        if (layer == null) {
            Planner planner = Planner.create(
                    time,
                    "orders",
                    EndpointSet.stated(service, EndpointList.of(endpoints), Map.of()),
                    state,
                    new BalanceSettings(
                            LoadBalancer.builder().consistentHash(hash).build(),
                            true,
                            LocalityLbSetting.NONE,
                            FailoverMode.SPILL,
                            50,
                            true,
                            limits),
                    new Balance.Origin(HOME, Map.of(), Map.of()));
            planner.activate(time.now());
            layer = Balance.create(time, planner, new RecentAttempts(0), this::send);
        }
        return layer;
    }

    private okhttp3.Response send(Attempt attempt) {
        if (!leavesOpen) {
            return Calls.respond(attempt, 200);
        }
        open.add(attempt);
        attempt.responded(200);
        return Calls.response(attempt.call().request(), 200);
    }

    private List<Decision.Attempt> attempts(Request request, MeshOptions options, int number) throws IOException {
        AttemptLayer balance = layer();
        Call call = Calls.call(time, request, options);
        call.run(c -> {
            for (int i = 1; i < number; i++) {
                balance.call(c.beginAttempt()).close();
            }
            return balance.call(c.beginAttempt());
        });
        return call.decision().attempts();
    }

    private static Request with(String... values) {
        Request.Builder request = Calls.get().newBuilder();
        for (String value : values) {
            request.addHeader("X-Session", value);
        }
        return request.build();
    }

    private String endpoint(Request request) throws IOException {
        return attempts(request, MeshOptions.DEFAULT, 1).get(0).endpoint().replace(":80", "");
    }

    /** The endpoint of each of many keys. */
    private Map<String, String> owners() throws IOException {
        Map<String, String> owners = new HashMap<>();
        for (int i = 0; i < KEYS; i++) {
            owners.put("user-" + i, endpoint(with("user-" + i)));
        }
        return owners;
    }

    private void eject(Endpoint endpoint) {
        endpoint.state().eject(time.now(), time.now() + 3600 * SECOND, 1, "5 server errors in a row");
        service.changed(endpoint.state());
    }

    @Test
    void the_same_value_has_the_same_endpoint() throws Exception {
        add(5, "a");
        Map<String, String> owners = owners();
        assertThat(owners()).isEqualTo(owners);
        assertThat(new HashSet<>(owners.values())).hasSize(5);
    }

    @Test
    void several_values_count_in_any_order() throws Exception {
        add(50, "a");
        assertThat(endpoint(with("one", "two", "three")))
                .isEqualTo(endpoint(with("three", "one", "two")))
                .isNotEqualTo(endpoint(with("one")));
    }

    @Test
    void without_a_value_it_is_at_random() throws Exception {
        add(5, "a");
        Set<String> endpoints = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            endpoints.add(endpoint(Calls.get()));
        }
        assertThat(endpoints).hasSize(5);
        assertThat(attempts(Calls.get(), MeshOptions.DEFAULT, 1).get(0).pick())
                .isEqualTo("at random without header x-session among 5 endpoints of zone a"
                        + " (100 % of the calls: a, the caller's zone: 1.4 x 5 usable / 5 listed: all calls stay)");
    }

    @Test
    void the_reason_names_the_value_and_does_not_show_it() throws Exception {
        add(5, "a");
        assertThat(attempts(with("secret"), MeshOptions.DEFAULT, 1).get(0).pick())
                .startsWith("the hash of header x-session among 5 endpoints of zone a");
        assertThat(attempts(with("secret"), MeshOptions.DEFAULT.withHashKey("jane"), 1)
                        .get(0)
                        .pick())
                .startsWith("the key of MeshOptions.withHashKey among 5 endpoints of zone a");
    }

    @Test
    void the_key_of_the_options_replaces_the_value_of_the_request() throws Exception {
        add(50, "a");
        MeshOptions jane = MeshOptions.DEFAULT.withHashKey("jane");
        assertThat(attempts(with("john"), jane, 1).get(0).endpoint().replace(":80", ""))
                .isEqualTo(endpoint(with("jane")))
                .isNotEqualTo(endpoint(with("john")));
    }

    @Test
    void a_query_parameter_is_hashed_decoded() throws Exception {
        hash = ConsistentHash.builder().httpQueryParameterName("user").build();
        add(50, "a");
        assertThat(endpoint(Calls.get()
                        .newBuilder()
                        .url("http://orders/?user=a%20b")
                        .build()))
                .isEqualTo(endpoint(Calls.get()
                        .newBuilder()
                        .url("http://orders/x?user=a+b&y=1")
                        .build()));
    }

    @Test
    void a_cookie_of_the_request_is_hashed() throws Exception {
        hash = ConsistentHash.builder()
                .httpCookie(new ConsistentHash.HttpCookie("session"))
                .build();
        add(50, "a");
        Request one =
                Calls.get().newBuilder().header("Cookie", "a=b; session=x").build();
        Request other =
                Calls.get().newBuilder().header("cookie", "session=\"x\"; c=d").build();
        assertThat(endpoint(one)).isEqualTo(endpoint(other));
        assertThat(attempts(one, MeshOptions.DEFAULT, 1).get(0).pick())
                .startsWith("the hash of cookie session among 50 endpoints of zone a");
        assertThat(attempts(Calls.get(), MeshOptions.DEFAULT, 1).get(0).pick())
                .startsWith("at random without cookie session among 50 endpoints");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void an_ejection_moves_only_the_keys_of_the_ejected_endpoint(boolean maglev) throws Exception {
        hash = maglev
                ? HEADER.toBuilder().maglev(new ConsistentHash.Maglev(null)).build()
                : HEADER;
        add(8, "a");
        Map<String, String> before = owners();
        eject(endpoints.get(3));
        Map<String, String> after = owners();
        before.forEach((key, owner) -> {
            if (owner.equals("e3")) {
                assertThat(after.get(key)).isNotEqualTo("e3");
            } else {
                assertThat(after).containsEntry(key, owner);
            }
        });
        Map<String, Integer> taken = new HashMap<>();
        before.forEach((key, owner) ->
                taken.merge(owner.equals("e3") ? String.valueOf(after.get(key)) : "-", 1, Integer::sum));
        assertThat(taken.keySet()).as("not one neighbour, but all take them").hasSize(8);
    }

    /** One zone at its limits, or one endpoint of a zone: each key has an endpoint of its own to go to. */
    @ParameterizedTest
    @CsvSource({"false, 1", "true, 1", "false, 4"})
    void an_endpoint_at_its_limit_hands_each_key_to_the_same_other_one(boolean maglev, int full) throws Exception {
        hash = maglev
                ? HEADER.toBuilder().maglev(new ConsistentHash.Maglev(null)).build()
                : HEADER;
        limits = Limits.builder().maxRequestsPerEndpoint(100L).build();
        add(4, "a");
        add(8, "b");
        Map<String, String> before = owners();
        List<Endpoint> atLimit = endpoints.subList(0, full);
        atLimit.forEach(e -> begin(e, 100));
        Map<String, String> after = owners();
        assertThat(owners()).isEqualTo(after);
        List<String> names = atLimit.stream().map(Endpoint::address).toList();
        Set<String> others = new HashSet<>();
        after.forEach((key, owner) -> {
            if (names.contains(before.get(key))) {
                others.add(owner);
            } else {
                assertThat(owner).as(key).isEqualTo(before.get(key));
            }
        });
        assertThat(others).doesNotContainAnyElementsOf(names).hasSize(full == 1 ? 3 : 8);
    }

    /** By the key of the options alone: the own zone is full, and two others take what it cannot. */
    @Test
    void a_key_whose_zone_is_full_goes_to_the_same_endpoint_of_another_one() throws Exception {
        hash = null;
        limits = Limits.builder().maxRequestsPerEndpoint(100L).build();
        add(2, "a");
        add(20, "b");
        add(20, "c");
        endpoints.subList(0, 2).forEach(e -> begin(e, 100));
        MeshOptions jane = MeshOptions.DEFAULT.withHashKey("jane");
        Set<String> others = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            others.add(attempts(Calls.get(), jane, 1).get(0).endpoint());
        }
        assertThat(others).hasSize(1);
        Set<String> ofKeys = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            ofKeys.add(attempts(Calls.get(), MeshOptions.DEFAULT.withHashKey("user-" + i), 1)
                    .get(0)
                    .endpoint());
        }
        assertThat(ofKeys).hasSizeGreaterThan(10);
    }

    private static void begin(Endpoint endpoint, int attempts) {
        for (int i = 0; i < attempts; i++) {
            endpoint.state().begin();
        }
    }

    @Test
    void the_keys_of_an_ejected_endpoint_are_shared_by_weight() throws Exception {
        for (int weight : List.of(1, 9, 5)) {
            endpoints.add(Endpoints.of("w" + weight, HOME, "", Map.of(), 0, weight, Health.HEALTHY));
        }
        Map<String, String> before = owners();
        eject(endpoints.get(2));
        Map<String, String> after = owners();
        Map<String, Integer> taken = new HashMap<>();
        before.forEach((key, owner) ->
                taken.merge(owner.equals("w5") ? String.valueOf(after.get(key)) : "-", 1, Integer::sum));
        assertThat(taken.get("w9")).isGreaterThan(3 * taken.getOrDefault("w1", 0));
    }

    @Test
    void a_retry_of_a_key_always_has_the_same_second_endpoint() throws Exception {
        add(6, "a");
        List<Decision.Attempt> first = attempts(with("jane"), MeshOptions.DEFAULT, 3);
        List<Decision.Attempt> again = attempts(with("jane"), MeshOptions.DEFAULT, 3);
        assertThat(again.stream().map(Decision.Attempt::endpoint))
                .containsExactlyElementsOf(
                        first.stream().map(Decision.Attempt::endpoint).toList())
                .doesNotHaveDuplicates();
        assertThat(first.get(1).pick()).startsWith("not tried before, unlike ");
        assertThat(attempts(with("jane"), MeshOptions.DEFAULT, 7).get(6).pick())
                .startsWith("tried again, as every endpoint was: ");
    }

    @Test
    void a_retry_leaves_the_zone_if_all_of_it_were_tried() throws Exception {
        add(1, "a");
        add(1, "b");
        List<Decision.Attempt> attempts = attempts(with("jane"), MeshOptions.DEFAULT, 2);
        assertThat(attempts).extracting(Decision.Attempt::endpoint).containsExactly("e0:80", "e1:80");
    }

    /** Of 4 endpoints in the own zone 2 are left: 1.4 x 2 / 4 = 70 % of the keys stay, and these are the keys of the others. */
    @Test
    void a_zone_that_loses_capacity_keeps_its_share_of_the_keys() throws Exception {
        add(4, "a");
        add(4, "b");
        Map<String, String> before = owners();
        eject(endpoints.get(0));
        eject(endpoints.get(1));
        Map<String, String> after = owners();
        long stay = after.values().stream().filter(e -> e.matches("e[0-3]")).count();
        assertThat(stay).isBetween(KEYS * 62L / 100, KEYS * 78L / 100);
        assertThat(owners()).isEqualTo(after);
        after.forEach((key, owner) -> {
            if (owner.equals("e2") || owner.equals("e3")) {
                assertThat(before.get(key)).isIn(owner, "e0", "e1");
            }
        });
    }

    @Test
    void keys_return_one_by_one_to_an_endpoint_in_slow_start() throws Exception {
        add(4, "a");
        Map<String, String> before = owners();
        eject(endpoints.get(0));
        time.step(SECOND);
        endpoints.get(0).state().readmit(time.now());
        service.changed(endpoints.get(0).state());
        long all = before.values().stream().filter("e0"::equals).count();
        assertThat(owners().values().stream().filter("e0"::equals).count()).isBetween(1L, all / 2);
        Set<String> returned = new HashSet<>();
        int last = 0;
        for (int step = 0; step < 12; step++) {
            Map<String, String> now = owners();
            Set<String> at = new HashSet<>();
            now.forEach((key, owner) -> {
                if (owner.equals("e0")) {
                    at.add(key);
                }
            });
            assertThat(at).containsAll(returned).hasSizeGreaterThanOrEqualTo(last);
            returned = at;
            last = at.size();
            time.step(5 * SECOND);
        }
        assertThat(owners()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 125, 200})
    void a_chosen_endpoint_is_within_the_factor_while_calls_end(int factor) throws Exception {
        hash = HEADER.toBuilder().hashBalanceFactor(factor).build();
        add(10, "a");
        leavesOpen = true;
        SplittableRandom random = new SplittableRandom(factor);
        for (int i = 1; i <= 1500; i++) {
            String chosen = endpoint(with(random.nextInt(3) == 0 ? "hot" : "user-" + random.nextInt(40)));
            int load =
                    endpoints.get(Integer.parseInt(chosen.substring(1))).state().inFlight();
            assertThat((double) load).isLessThanOrEqualTo(Math.ceil(open.size() / 10.0 * factor / 100));
            if (random.nextInt(5) < 2) { // the mean falls: endpoints above it get no calls
                open.remove(random.nextInt(open.size())).over();
            }
        }
    }

    /** Nothing ends, so that the mean only rises: the bound holds after every choice. */
    @ParameterizedTest
    @ValueSource(ints = {100, 125, 200})
    void the_bound_holds_after_every_choice(int factor) throws Exception {
        hash = HEADER.toBuilder().hashBalanceFactor(factor).build();
        add(10, "a");
        leavesOpen = true;
        for (int i = 1; i <= 500; i++) {
            endpoint(with(i % 2 == 0 ? "hot" : "user-" + i % 7));
            int most =
                    endpoints.stream().mapToInt(e -> e.state().inFlight()).max().orElse(0);
            assertThat((double) most).isLessThanOrEqualTo(Math.ceil(i / 10.0 * factor / 100));
        }
    }

    /** Another subset, or an earlier policy, has calls at the same endpoints. */
    @Test
    void attempts_of_other_backends_are_part_of_the_mean() throws Exception {
        hash = HEADER.toBuilder().hashBalanceFactor(125).build();
        add(10, "a");
        Map<String, String> before = owners();
        for (int i = 0; i < 10; i++) {
            endpoints.forEach(e -> e.state().begin());
        }
        assertThat(owners()).isEqualTo(before);
    }

    /** As docs/ejection.md promises for all algorithms. */
    @Test
    void most_keys_leave_an_endpoint_that_answers_429_again_and_again() throws Exception {
        add(10, "a");
        Endpoint busy = endpoints.get(3);
        long before = keysOf(busy);
        for (int i = 0; i < 5; i++) {
            EndpointPart.answeredBusy(busy.state(), time.now());
        }
        long after = keysOf(busy);
        assertThat(before).isBetween(300L, 2000L);
        assertThat((double) after / before).isBetween(0.03, 0.2);
    }

    private long keysOf(Endpoint endpoint) throws Exception {
        long keys = 0;
        for (int i = 0; i < 10_000; i++) {
            keys += endpoint(with("key-" + i)).equals(endpoint.state().address()) ? 1 : 0;
        }
        return keys;
    }

    @Test
    void without_a_factor_a_hot_key_keeps_its_endpoint() throws Exception {
        add(10, "a");
        leavesOpen = true;
        for (int i = 0; i < 100; i++) {
            endpoint(with("hot"));
        }
        assertThat(endpoints.stream().mapToInt(e -> e.state().inFlight()).max()).hasValue(100);
    }

    @Test
    void an_endpoint_that_is_full_hands_the_key_to_the_same_other_one() throws Exception {
        hash = HEADER.toBuilder().hashBalanceFactor(150).build();
        add(10, "a");
        leavesOpen = true;
        String owner = endpoint(with("hot"));
        String next = endpoint(with("hot"));
        assertThat(next).isNotEqualTo(owner);
        open.forEach(Attempt::over);
        assertThat(endpoint(with("hot"))).isEqualTo(owner);
        assertThat(endpoint(with("hot"))).isEqualTo(next);
        assertThat(attempts(with("hot"), MeshOptions.DEFAULT, 1).get(0).pick())
                .contains("instead of an endpoint with too many attempts in flight (hashBalanceFactor)");
    }

    private Planner found(StepTime time) {
        return Planner.create(
                time,
                "orders",
                EndpointSet.found(service, Map.of()),
                state,
                new BalanceSettings(
                        LoadBalancer.builder().consistentHash(hash).build(),
                        true,
                        LocalityLbSetting.NONE,
                        FailoverMode.SPILL,
                        50,
                        true),
                new Balance.Origin(HOME, Map.of(), Map.of()));
    }

    /** The tables of other endpoints take milliseconds, in which no call stops. */
    @Test
    void calls_use_the_endpoints_before_until_the_tables_of_others_are_made() {
        List<Runnable> tasks = new ArrayList<>();
        StepTime withTasks = new StepTime() {
            @Override
            public void start(String name, Runnable task) {
                tasks.add(task);
            }
        };
        add(4, "a");
        Planner planner = found(withTasks);
        assertThat(planner.current().isEmpty()).isTrue();
        service.endpoints(EndpointList.of(endpoints.subList(0, 3)), gone -> {});
        assertThat(planner.current().usable()).isEqualTo(3);

        service.endpoints(EndpointList.of(endpoints), gone -> {});
        assertThat(planner.current().usable()).isEqualTo(3);
        eject(endpoints.get(0));
        assertThat(planner.current().usable()).isEqualTo(2);
        withTasks.step(SECOND);
        assertThat(tasks).hasSize(1);
        tasks.get(0).run();
        assertThat(planner.current().usable()).isEqualTo(3);
    }

    @Test
    void tables_that_could_not_be_begun_are_made_at_a_later_call() {
        boolean[] noThread = {true};
        List<Runnable> tasks = new ArrayList<>();
        StepTime withTasks = new StepTime() {
            @Override
            public Timer startAt(long at, String name, Runnable task) {
                if (noThread[0]) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                tasks.add(task);
                return () -> {};
            }
        };
        add(4, "a");
        Planner planner = found(withTasks);
        service.endpoints(EndpointList.of(endpoints.subList(0, 3)), gone -> {});
        assertThat(planner.current().usable()).isEqualTo(3);
        service.endpoints(EndpointList.of(endpoints), gone -> {});
        assertThatThrownBy(planner::current).isInstanceOf(OutOfMemoryError.class);
        noThread[0] = false;
        assertThat(planner.current().usable()).isEqualTo(3);
        assertThat(tasks).hasSize(1);
        tasks.get(0).run();
        assertThat(planner.current().usable()).isEqualTo(4);
    }

    @Test
    void a_choice_allocates_nothing() {
        add(1000, "a");
        LevelSettings settings = new LevelSettings(
                true,
                HOME,
                Map.of(),
                LoadBalancer.builder()
                        .consistentHash(
                                HEADER.toBuilder().hashBalanceFactor(125).build())
                        .build(),
                new GroupLoads(),
                new PeakEwma());
        Plan plan = Plans.of(
                List.of(new Plan.Priority(0, endpoints, true, Map.of())),
                new PlanSettings(settings, FailoverMode.SPILL, 50, true));
        HashInput input = new HashInput(HEADER);
        Call call = Calls.call(time, with("a-session-of-some-length"));
        FailbackRamp ramp = new FailbackRamp();
        Steps steps = new Steps();
        int picks = 100_000;
        long bytes = Allocated.bytes(() -> {
            for (int i = 0; i < picks; i++) {
                String value = input.value(call);
                plan.hashed().pick(XxHash64.of(String.valueOf(value)) + i, null, ramp, 0, steps);
            }
        });
        assertThat(bytes).as("bytes of %d picks", picks).isLessThan(picks);
    }
}
