package dev.meshclient.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.meshclient.Documents;
import dev.meshclient.MeshOptions;
import dev.meshclient.ServiceMap;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Attempt;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.call.Outcome;
import dev.meshclient.internal.call.Wire;
import dev.meshclient.internal.entry.EntrySettings;
import dev.meshclient.internal.entry.Router;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import okhttp3.Request;
import org.junit.jupiter.api.Test;

/** The services that a workload calls, as the status shows them. */
class ServiceMapTest {
    private static final String SERVICES = """
            'orders': {'hosts': ['orders'], 'outlierDetection': {'maxEjectionPercent': 0}, 'trafficDistribution': 'Any',
              'loadBalancer': {'simple': 'ROUND_ROBIN'}, 'retry': {'attempts': 0},
              'endpoints': [
                {'address': '10.0.0.1', 'port': 80, 'locality': 'eu-1/a/rack1'},
                {'address': '10.0.0.2', 'port': 80, 'locality': 'eu-1/a/rack2'},
                {'address': '10.0.0.3', 'port': 80, 'locality': 'eu-1/b'},
                {'address': '10.0.0.4', 'port': 80, 'locality': 'eu-1/b'}]},
            'bare#<x>': {'hosts': ['bare'], 'retry': {'attempts': 0}, 'endpoints': [{'address': '10.0.1.1', 'port': 80}]},
            'idle': {'hosts': ['idle'], 'endpoints': [{'address': '10.0.2.1', 'port': 80}]},
            'zones': {'hosts': ['zones'], 'retry': {'attempts': 0}, 'trafficDistribution': 'Any',
              'loadBalancer': {'simple': 'ROUND_ROBIN'}, 'outlierDetection': {'maxEjectionPercent': 0},
              'endpoints': [
                {'address': '10.0.3.1', 'port': 80, 'locality': 'eu-1/a'},
                {'address': '10.0.3.2', 'port': 80, 'locality': 'eu-1/b'},
                {'address': '10.0.3.3', 'port': 80, 'locality': 'eu-1/b'},
                {'address': '10.0.3.4', 'port': 80, 'locality': 'eu-1/c'},
                {'address': '10.0.3.5', 'port': 80, 'locality': 'eu-1/c'},
                {'address': '10.0.3.6', 'port': 80, 'locality': 'eu-1/c'}]},
            'plain': {'hosts': ['plain'], 'resolution': 'NONE'}
            """;

    private final StepTime time = new StepTime();

    private Router router(Workload workload) throws IOException {
        Router router =
                Router.withoutNames(time, workload, Telemetry.none(time), EntrySettings.NONE, Duration.ofHours(1));
        router.control().apply(Documents.mesh("t").services(SERVICES).read());
        return router;
    }

    private void call(Router router, String host, Wire wire) throws IOException {
        Request request = new Request.Builder().url("http://" + host + "/").build();
        new Call(time, request, MeshOptions.DEFAULT, wire)
                .run(Objects.requireNonNull(Calls.layers(router.admit(host, 80))))
                .close();
    }

    /** 100 calls over 10 s: zone a answers 200 after 10 ms, zone b 503 after 40 ms. */
    private void calls(Router router) throws IOException {
        for (int i = 0; i < 100; i++) {
            call(router, "orders", attempt -> {
                boolean a = name(attempt).compareTo("10.0.0.3") < 0;
                time.step(Duration.ofMillis(a ? 10 : 40).toNanos());
                return Calls.respond(attempt, a ? 200 : 503);
            });
            time.step(Duration.ofMillis(75).toNanos());
        }
    }

    private static String name(Attempt attempt) {
        return Objects.requireNonNull(attempt.endpoint()).name();
    }

    private static ServiceMap map(Router router) {
        return router.control().status("").serviceMap();
    }

    private static ServiceMap.Zone zone(ServiceMap.Service service, String name) {
        return service.zones().stream()
                .filter(zone -> zone.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_service_and_each_of_its_zones_have_rate_success_latency_and_the_share_of_the_own_zone() throws Exception {
        Router router = router(Workload.of("checkout").zone("eu-1/a"));
        calls(router);

        ServiceMap map = map(router);

        assertThat(map.workload()).isEqualTo("checkout");
        assertThat(map.services()).extracting(ServiceMap.Service::name).containsExactly("orders");
        ServiceMap.Service orders = map.services().get(0);
        ServiceMap.Attempts all = orders.lastMinute();
        assertThat(all.perSecond()).isCloseTo(10, within(0.1));
        assertThat(all.success()).isEqualTo(0.5);
        assertThat(all.sameZone()).isEqualTo(0.5);
        assertThat(Objects.requireNonNull(all.median()).toMillis()).isBetween(9L, 11L);
        assertThat(Objects.requireNonNull(all.p99()).toMillis()).isBetween(37L, 43L);
        assertThat(orders.zones()).extracting(ServiceMap.Zone::name).containsExactlyInAnyOrder("eu-1/a", "eu-1/b");
        ServiceMap.Attempts a = zone(orders, "eu-1/a").lastMinute(); // both subzones
        assertThat(a.perSecond()).isCloseTo(5, within(0.05));
        assertThat(a.success()).isEqualTo(1);
        assertThat(a.sameZone()).isEqualTo(1);
        ServiceMap.Attempts b = zone(orders, "eu-1/b").lastFiveMinutes();
        assertThat(b.success()).isZero();
        assertThat(b.sameZone()).isZero();
        assertThat(Objects.requireNonNull(b.median()).toMillis()).isBetween(37L, 43L);
    }

    @Test
    void after_a_minute_the_last_five_minutes_still_show_a_call_and_after_five_nothing_does() throws Exception {
        Router router = router(Workload.of("checkout").zone("eu-1/a"));
        call(router, "orders", attempt -> Calls.respond(attempt, 200));

        time.step(Duration.ofSeconds(59).toNanos());
        assertThat(map(router).services().get(0).lastMinute().perSecond()).isCloseTo(1 / 59.0, within(0.001));

        time.step(Duration.ofSeconds(1).toNanos());
        ServiceMap.Service orders = map(router).services().get(0);
        assertThat(orders.lastMinute().perSecond()).isZero();
        assertThat(orders.lastMinute().success()).isNaN();
        assertThat(orders.lastMinute().median()).isNull();
        assertThat(orders.lastMinute()).hasToString("no attempts");
        assertThat(orders.lastFiveMinutes().perSecond()).isCloseTo(1 / 60.0, within(0.001));

        assertThat(orders.zones().get(0).lastMinute()).hasToString("no attempts");
        assertThat(orders.zones().get(0).lastFiveMinutes().perSecond()).isCloseTo(1 / 60.0, within(0.001));

        time.step(Duration.ofSeconds(239).toNanos());
        assertThat(map(router).services()).hasSize(1);
        time.step(Duration.ofSeconds(1).toNanos());
        assertThat(map(router).services()).isEmpty();
        assertThat(map(router)).hasToString("checkout in eu-1/a has called no service in the last five minutes");
    }

    @Test
    void a_steady_rate_is_the_rate_at_each_time() throws Exception {
        Router router = router(Workload.of("checkout"));
        for (int i = 1; i <= 400; i++) {
            call(router, "bare", attempt -> Calls.respond(attempt, 200));
            time.step(Duration.ofSeconds(1).toNanos());
            ServiceMap.Service bare = map(router).services().get(0);
            assertThat(bare.lastMinute().perSecond()).as("after %s s", i).isCloseTo(1, within(0.05));
            assertThat(bare.lastFiveMinutes().perSecond()).as("after %s s", i).isCloseTo(1, within(0.05));
        }
    }

    @Test
    void the_zone_with_the_most_attempts_is_first_and_few_slow_or_failed_ones_show() throws Exception {
        Router router = router(Workload.of("checkout"));
        for (int i = 0; i < 4004; i++) {
            boolean slow = i % 20 == 0;
            boolean failed = i == 0;
            call(router, "orders", attempt -> {
                time.step(Duration.ofMillis(slow ? 40 : 1).toNanos());
                return Calls.respond(attempt, failed ? 503 : 200);
            });
        }
        ServiceMap.Attempts all = map(router).services().get(0).lastFiveMinutes();
        assertThat(Objects.requireNonNull(all.p99()).toMillis()).isBetween(37L, 43L);
        assertThat(all.toString()).contains(", 99.9 % good,");

        Router three = router(Workload.of("checkout"));
        for (int i = 0; i < 6; i++) { // one for each endpoint
            call(three, "zones", attempt -> Calls.respond(attempt, 200));
        }
        assertThat(map(three).services().get(0).zones())
                .extracting(ServiceMap.Zone::name)
                .containsExactly("eu-1/c", "eu-1/b", "eu-1/a");
    }

    @Test
    void the_rate_of_a_first_call_is_at_most_one_a_second() throws Exception {
        Router router = router(Workload.of("checkout"));
        call(router, "orders", attempt -> Calls.respond(attempt, 200));

        assertThat(map(router).services().get(0).lastFiveMinutes().perSecond()).isEqualTo(1);
    }

    @Test
    void a_failure_counts_and_a_call_that_the_caller_cancels_is_good() throws Exception {
        Router router = router(Workload.of("checkout"));
        assertThatThrownBy(() -> call(router, "bare", attempt -> {
                    throw Calls.fail(attempt, Outcome.CONNECT_FAILURE);
                }))
                .isInstanceOf(IOException.class);
        IOException cause = new IOException("Canceled");
        assertThatThrownBy(() -> call(router, "bare", attempt -> {
                    attempt.call().cancel(cause);
                    attempt.failed(attempt.cancelledAs(), cause);
                    throw cause;
                }))
                .isSameAs(cause);

        ServiceMap.Attempts bare = map(router).services().get(0).lastMinute();

        assertThat(bare.success()).isEqualTo(0.5);
        assertThat(bare.median()).isNull();
        assertThat(bare.sameZone()).isNaN(); // no zone is known
        assertThat(map(router).services().get(0).zones().get(0).name()).isEqualTo("unknown");
    }

    @Test
    void it_is_printed_as_a_table_as_mermaid_and_as_dot() throws Exception {
        Router router = router(Workload.of("check\"out").zone("eu-1/a"));
        calls(router);
        call(router, "bare", attempt -> Calls.respond(attempt, 200));

        assertThat(map(router)).hasToString("""
                        check"out in eu-1/a calls
                          bare#<x>: 1/s, 100 % good, median 0.1 ms, p99 0.1 ms (5 min: 1/s, 100 % good, median 0.1 ms, p99 0.1 ms)
                            unknown: 1/s, 100 % good, median 0.1 ms, p99 0.1 ms (5 min: 1/s, 100 % good, median 0.1 ms, p99 0.1 ms)
                          orders: 10/s, 50 % good, median 10 ms, p99 39.8 ms, 50 % in our zone (5 min: 10/s, 50 % good, median 10 ms, p99 39.8 ms, 50 % in our zone)
                            eu-1/a: 5/s, 100 % good, median 10 ms, p99 10 ms, 100 % in our zone (5 min: 5/s, 100 % good, median 10 ms, p99 10 ms, 100 % in our zone)
                            eu-1/b: 5/s, 0 % good, median 39.8 ms, p99 39.8 ms, 0 % in our zone (5 min: 5/s, 0 % good, median 39.8 ms, p99 39.8 ms, 0 % in our zone)""");
        assertThat(map(router).toMermaid()).isEqualTo("""
                        flowchart LR
                          w["check#34;out"]
                          w -->|"1/s, 100 % good, median 0.1 ms, p99 0.1 ms"| s0["bare#35;#60;x#62;"]
                          s0 -->|"1/s, 100 % good, median 0.1 ms, p99 0.1 ms"| z0(["unknown"])
                          w -->|"10/s, 50 % good, median 10 ms, p99 39.8 ms, 50 % in our zone"| s1["orders"]
                          s1 -->|"5/s, 100 % good, median 10 ms, p99 10 ms, 100 % in our zone"| z1(["eu-1/a"])
                          s1 -->|"5/s, 0 % good, median 39.8 ms, p99 39.8 ms, 0 % in our zone"| z2(["eu-1/b"])
                        """);
        assertThat(map(router).toDot())
                .startsWith("digraph mesh {\n  rankdir=LR;\n  w [shape=box, label=\"check\\\"out\"];\n")
                .contains("  s0 [shape=box, label=\"bare#<x>\"];\n  w -> s0 [label=\"1/s, 100 % good")
                .contains("  z1 [label=\"eu-1/a\"];\n  s1 -> z1 [label=\"5/s, 100 % good")
                .endsWith("}\n");
    }

    @Test
    void the_page_of_the_status_shows_what_is_printed() throws Exception {
        Router router = router(Workload.of("checkout").zone("eu-1/a"));
        calls(router);
        Path pages = Path.of(System.getProperty("user.dir")).resolveSibling("docs");
        assertThat(Files.readString(pages.resolve("status.md")).replace("\r\n", "\n"))
                .contains("```text\n" + map(router) + "\n```")
                .contains("```mermaid\n" + map(router).toMermaid() + "```");
    }
}
