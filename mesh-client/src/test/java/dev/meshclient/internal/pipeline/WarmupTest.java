package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.MeshOptions;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.time.StepTime;
import dev.meshclient.policy.LoadBalancer.Simple;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import okhttp3.Request;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What new endpoints get of the calls, from policy to policy. */
class WarmupTest {
    private static final long SECOND = 1_000_000_000;
    private static final String WARMUP = "'warmup': {'duration': '60s'}";
    private static final String RANDOM = "'simple': 'RANDOM', " + WARMUP;

    private final StepTime time = new StepTime();
    private final Router router = Router.withoutNames(
            time, Workload.unknown(), Telemetry.none(time), EntrySettings.NONE, Duration.ofHours(1));

    private static List<String> endpoints(int count) {
        return IntStream.rangeClosed(1, count)
                .mapToObj(i -> endpoint(i, "HEALTHY"))
                .toList();
    }

    private static String endpoint(int i, String health) {
        return "{'address': '10.0.0." + i + "', 'port': 80, 'health': '" + health + "'}";
    }

    private void apply(String balancer, List<String> endpoints) throws IOException {
        Documents.Service orders =
                Documents.service("orders").endpoints(endpoints).with("'loadBalancer': {" + balancer + "}");
        router.control().apply(Documents.mesh("test").services(orders).read());
    }

    private Call call(int user) throws IOException {
        Request request = new Request.Builder()
                .url("http://orders/")
                .header("x-user", "user-" + user)
                .build();
        Call call = new Call(time, request, MeshOptions.DEFAULT, attempt -> Calls.respond(attempt, 200));
        call.run(Objects.requireNonNull(Calls.layers(router.admit("orders", 80))))
                .close();
        return call;
    }

    /** Percent of 4000 calls that an endpoint gets. */
    private double percent(int endpoint) throws IOException {
        int taken = 0;
        for (int i = 0; i < 4000; i++) {
            String name = call(i).decision().attempts().get(0).endpoint();
            taken += ("10.0.0." + endpoint + ":80").equals(name) ? 1 : 0;
        }
        return taken / 40.0;
    }

    private String why(int endpoint) throws IOException {
        for (int i = 0; i < 10_000; i++) {
            Call call = call(i);
            if (call.decision().attempts().get(0).endpoint().equals("10.0.0." + endpoint + ":80")) {
                return call.decision().attempts().get(0).pick();
            }
        }
        return "never";
    }

    @ParameterizedTest
    @EnumSource
    void a_new_endpoint_gets_its_share_by_degrees(Simple algorithm) throws IOException {
        String balancer = "'simple': '" + algorithm + "', " + WARMUP;
        apply(balancer, endpoints(4));
        assertThat(percent(4)).as("the first endpoints").isBetween(22.0, 28.0);
        apply(balancer, endpoints(5));
        assertThat(percent(5)).as("0.1 of 4.1").isBetween(1.7, 3.2);
        time.step(30 * SECOND);
        assertThat(percent(5)).as("0.5 of 4.5").isBetween(9.4, 12.8);
        time.step(30 * SECOND);
        assertThat(percent(5)).isBetween(17.5, 22.5);
    }

    @Test
    void a_decision_says_that_the_endpoint_is_in_slow_start() throws IOException {
        time.step(SECOND);
        apply(RANDOM, endpoints(4));
        apply(RANDOM, endpoints(5));
        time.step(12 * SECOND);
        assertThat(why(5)).endsWith("in slow start since 12 s: 20 % of its share");
        time.step(48 * SECOND);
        assertThat(why(5)).isEqualTo("random among 5 endpoints");
    }

    @Test
    void many_new_endpoints_leave_the_warm_one_its_calls() throws IOException {
        apply(RANDOM, endpoints(1));
        apply(RANDOM, endpoints(10));
        assertThat(percent(1)).as("1 of 1.9").isBetween(47.0, 57.0);
    }

    @Test
    void a_warm_up_goes_on_over_policies_by_the_settings_in_force() throws IOException {
        apply(RANDOM, endpoints(4));
        apply(RANDOM, endpoints(5));
        time.step(15 * SECOND);
        apply(RANDOM + ", 'x-note': 1", endpoints(5));
        time.step(15 * SECOND);
        assertThat(percent(5)).as("0.5 of 4.5").isBetween(9.4, 12.8);
        apply("'simple': 'RANDOM', 'warmup': {'duration': '2m'}", endpoints(5));
        assertThat(percent(5)).as("0.25 of 4.25").isBetween(4.6, 7.2);
        apply("'simple': 'RANDOM'", endpoints(5));
        assertThat(percent(5)).isBetween(17.5, 22.5);
    }

    @Test
    void an_endpoint_that_the_registry_calls_healthy_again_warms_up() throws IOException {
        List<String> down = List.of(endpoint(1, "HEALTHY"), endpoint(2, "HEALTHY"), endpoint(3, "UNHEALTHY"));
        apply(RANDOM, down);
        apply(RANDOM, endpoints(3));
        assertThat(percent(3)).as("0.1 of 2.1").isBetween(3.6, 6.0);
    }

    @Test
    void without_a_warm_up_a_new_endpoint_has_its_share_at_once() throws IOException {
        apply("'simple': 'RANDOM'", endpoints(4));
        apply("'simple': 'RANDOM'", endpoints(5));
        assertThat(percent(5)).isBetween(17.5, 22.5);
    }

    @Test
    void all_of_a_replaced_fleet_have_equal_shares() throws IOException {
        apply(RANDOM, endpoints(1));
        apply(RANDOM, List.of(endpoint(2, "HEALTHY"), endpoint(3, "HEALTHY")));
        assertThat(percent(2)).isBetween(47.0, 53.0);
        assertThat(why(2)).isEqualTo("random among 2 endpoints");
    }

    @Test
    void the_keys_of_a_new_endpoint_come_one_by_one() throws IOException {
        String hashes = "'consistentHash': {'httpHeaderName': 'x-user'}, " + WARMUP;
        apply(hashes, endpoints(4));
        Map<Integer, String> before = owners();
        apply(hashes, endpoints(5));
        Set<Integer> come = new HashSet<>();
        for (int step = 0; step <= 6; step++) {
            Map<Integer, String> now = owners();
            Set<Integer> have = new TreeSet<>();
            now.forEach((user, owner) -> {
                if (owner.equals("10.0.0.5:80")) {
                    have.add(user);
                }
            });
            assertThat(have).containsAll(come);
            assertThat(now.entrySet().stream()
                            .filter(e -> !have.contains(e.getKey()) && !before.containsValue(e.getValue())))
                    .isEmpty();
            come.addAll(have);
            if (step == 0) {
                assertThat(have.size()).as("a tenth of 200").isBetween(5, 45);
            }
            time.step(10 * SECOND);
        }
        assertThat(come.size()).isBetween(120, 300);
    }

    private Map<Integer, String> owners() throws IOException {
        Map<Integer, String> owners = new HashMap<>();
        for (int user = 0; user < 1000; user++) {
            owners.put(user, call(user).decision().attempts().get(0).endpoint());
        }
        return owners;
    }
}
