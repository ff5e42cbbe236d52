package dev.meshclient.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.MeshStatus;
import dev.meshclient.NoRoute;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Allocated;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.control.Applied;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.InlineTime;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import okhttp3.HttpUrl;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Policy that comes host by host: which calls ask for it, and which wait. */
class HostByHostTest {
    private static final long SECOND = 1_000_000_000L;

    private final StepTime time = new InlineTime();
    private final Router router = router(false, "orders", "*.shop.example");
    private final List<String> asked = new ArrayList<>();

    private String outbound = "ALLOW_ANY";

    private Router router(boolean registryOnly, String... claimed) {
        Router made = Router.withoutNames(
                time,
                Workload.unknown(),
                Telemetry.none(time),
                new EntrySettings(List.of(claimed), registryOnly, Duration.ofSeconds(5)),
                Duration.ofHours(1));
        made.wanted().onAsk(() -> asked.add(String.join(",", made.wanted().hosts())));
        return made;
    }

    /** Each a service that is named as its host. */
    private Applied apply(@Nullable String scope, String... hosts) throws IOException {
        List<String> services = new ArrayList<>();
        for (String host : hosts) {
            services.add("'%s': {'hosts': ['%s'], 'endpoints': [{'address': '10.0.0.1', 'port': 80}]}"
                    .formatted(host, host));
        }
        Documents document = Documents.mesh("test")
                .version(3)
                .metadata(scope == null ? "" : "'scope': {'hosts': [" + scope + "]}")
                .with("'outboundTrafficPolicy': '" + outbound + "'")
                .services(String.join(",", services));
        return router.control().apply(document.readStrict());
    }

    private void applyIn(long nanos, @Nullable String scope, String... hosts) {
        time.at(time.now() + nanos, "policy", () -> {
            try {
                apply(scope, hosts);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    private @Nullable CallLayer layers(String url) {
        HttpUrl parsed = HttpUrl.get(url);
        return Calls.layers(router.admit(parsed.host(), parsed.port()));
    }

    private Call run(String url) throws IOException {
        Call call = Calls.call(time, new Request.Builder().url(url).build());
        call.run(Objects.requireNonNull(layers(url), url));
        return call;
    }

    private String service(String url) throws IOException {
        return run(url).decision().service();
    }

    @Test
    void what_is_claimed_by_name_is_wanted_from_the_start() {
        assertThat(router.wanted().hosts()).containsExactly("orders");
    }

    @Test
    void our_own_service_is_wanted_since_balancing_counts_us() {
        Router own = Router.withoutNames(
                time,
                Workload.of("Checkout"),
                Telemetry.none(time),
                new EntrySettings(List.of("orders", "*.svc"), false, Duration.ZERO),
                Duration.ZERO);
        assertThat(own.wanted().hosts()).containsExactly("checkout", "orders");
    }

    @Test
    void a_call_before_the_first_policy_is_wanted_in_it() {
        applyIn(SECOND, "'orders','a.shop.example'", "orders", "a.shop.example");
        time.at(1000, "look", () -> assertThat(router.wanted().hosts()).containsExactly("a.shop.example", "orders"));
        assertThat(layers("http://example/")).isNull();
        assertThat(catchService("http://a.shop.example/")).isEqualTo("a.shop.example");
        assertThat(asked).containsExactly("a.shop.example,orders");
        assertThat(time.now()).isEqualTo(SECOND);
    }

    private String catchService(String url) {
        try {
            return service(url);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void the_first_call_to_a_claimed_host_asks_and_waits_for_its_policy() throws Exception {
        apply("'orders'", "orders");
        applyIn(SECOND, "'a.shop.example','orders'", "orders", "a.shop.example");
        assertThat(service("http://A.shop.example.:8080/")).isEqualTo("a.shop.example");
        assertThat(time.now()).isEqualTo(SECOND);
        assertThat(asked.get(asked.size() - 1)).isEqualTo("a.shop.example,orders");
        int before = asked.size();
        assertThat(service("http://a.shop.example/")).isEqualTo("a.shop.example");
        assertThat(service("http://orders/")).isEqualTo("orders");
        assertThat(asked).hasSize(before);
    }

    @Test
    void an_unclaimed_host_is_not_delayed_and_not_asked_for() throws Exception {
        apply("'orders'", "orders");
        assertThat(layers("http://secret.example/")).isNull();
        assertThat(layers("http://shop.example/")).isNull();
        assertThat(router.wanted().hosts()).containsExactly("orders");
        assertThat(time.now()).isZero();
    }

    @Test
    void with_registry_only_an_unclaimed_host_is_refused_at_once_and_not_asked_for() throws Exception {
        Router strict = router(true, "orders");
        CallLayer waits = Objects.requireNonNull(Calls.layers(strict.admit("secret.example", 80)));
        Call call = Calls.call(
                time, new Request.Builder().url("http://secret.example/").build());
        assertThatThrownBy(() -> call.run(waits)).isInstanceOf(PolicyUnavailable.class);
        assertThat(strict.wanted().hosts()).containsExactly("orders");
    }

    @Test
    void registry_only_by_a_document_asks_for_no_unclaimed_host_either() throws Exception {
        outbound = "REGISTRY_ONLY";
        apply("'orders'", "orders");
        assertThatThrownBy(() -> run("http://secret.example/")).isInstanceOf(NoRoute.class);
        assertThat(time.now()).isZero();
        assertThat(router.wanted().hosts()).containsExactly("orders");
    }

    @Test
    void a_host_that_the_source_does_not_know_fails_at_once_and_is_looked_for_again_each_30_s() throws Exception {
        apply("'orders'", "orders");
        applyIn(SECOND, "'no.shop.example','orders'", "orders");
        assertThatThrownBy(() -> run("http://no.shop.example/"))
                .isInstanceOf(NoRoute.class)
                .hasMessageContaining("no.shop.example:80, although its source was asked for it");
        assertThat(time.now()).isEqualTo(SECOND);
        int before = asked.size();
        for (int i = 0; i < 58; i++) {
            assertThatThrownBy(() -> run("http://no.shop.example/")).isInstanceOf(NoRoute.class);
            time.step(SECOND);
        }
        assertThat(asked).hasSize(before + 1);
        assertThat(router.wanted().hosts()).containsExactly("no.shop.example", "orders");
        time.step(30 * SECOND);
        assertThat(router.wanted().hosts()).containsExactly("orders");
    }

    @Test
    void a_host_that_the_answer_does_not_have_is_waited_for_once_and_fails_with_the_cause() throws Exception {
        apply("'orders'", "orders");
        router.control().failed(new IOException("connection refused"));
        assertThatThrownBy(() -> run("http://a.shop.example/"))
                .isInstanceOf(PolicyUnavailable.class)
                .hasMessageContaining("no policy for 'a.shop.example' within 5000 ms of the first call to it:"
                        + " policy version 3 does not cover it (metadata.scope)")
                .hasRootCauseMessage("connection refused");
        assertThat(time.now()).isEqualTo(5 * SECOND);
        assertThatThrownBy(() -> run("http://a.shop.example/")).isInstanceOf(PolicyUnavailable.class);
        assertThat(time.now()).isEqualTo(5 * SECOND);
        time.step(25 * SECOND);
        assertThatThrownBy(() -> run("http://a.shop.example/")).isInstanceOf(PolicyUnavailable.class);
        assertThat(time.now()).as("asked again, and waited for").isEqualTo(35 * SECOND);
    }

    @Test
    void a_document_without_a_scope_is_the_whole_mesh_and_nothing_is_asked_for() throws Exception {
        apply(null, "orders");
        asked.clear();
        assertThatThrownBy(() -> run("http://a.shop.example/")).isInstanceOf(NoRoute.class);
        assertThat(asked).isEmpty();
        assertThat(time.now()).isZero();
    }

    @Test
    void a_close_ends_the_wait() throws Exception {
        apply("'orders'", "orders");
        time.at(1000, "closer", router::close);
        assertThatThrownBy(() -> run("http://a.shop.example/"))
                .isInstanceOf(PolicyUnavailable.class)
                .hasMessageContaining("the mesh was closed");
        assertThat(time.now()).isEqualTo(1000);
    }

    @Test
    void what_no_document_can_speak_of_is_refused_at_once_and_not_asked_for() throws Exception {
        apply("'orders'", "orders");
        assertThatThrownBy(() -> run("http://a,b.shop.example/")).isInstanceOf(NoRoute.class);
        assertThat(router.wanted().hosts()).containsExactly("orders");
    }

    @Test
    void beyond_256_hosts_a_call_fails_at_once() throws Exception {
        StringBuilder scope = new StringBuilder("'orders'");
        String[] hosts = new String[256];
        hosts[0] = "orders";
        for (int i = 1; i < hosts.length; i++) {
            hosts[i] = "h" + i + ".shop.example";
            scope.append(",'").append(hosts[i]).append("'");
        }
        apply(scope.toString(), hosts);
        assertThatThrownBy(() -> run("http://one.more.shop.example/"))
                .isInstanceOf(PolicyUnavailable.class)
                .hasMessageContaining("its source is asked for 256 other hosts already");
        assertThat(time.now()).isZero();
    }

    @Test
    void an_ipv6_host_is_wanted_as_documents_spell_it() throws Exception {
        Router six = router(false, "[2001:DB8:0::1]", "billing:8080");
        assertThat(six.wanted().hosts()).containsExactly("[2001:db8::1]", "billing");
        apply("'[2001:db8::1]'");
    }

    // ---- what the newest document does not speak of

    private MeshStatus.Service status(String service) {
        return Objects.requireNonNull(router.control().status("").services().get(service), service);
    }

    @Test
    void a_service_outside_the_scope_is_not_absent_and_a_call_to_it_asks_without_a_wait() throws Exception {
        apply(null, "orders", "billing");
        asked.clear();
        apply("'orders'", "orders");
        assertThat(status("billing").state()).isEqualTo(MeshStatus.State.ABSENT);
        assertThat(status("billing").dropsIn()).isNull();
        time.step(7200 * SECOND);
        assertThat(service("http://billing/")).isEqualTo("billing");
        assertThat(asked).containsExactly("billing,orders");
        apply("'billing','orders'", "orders");
        assertThat(status("billing").dropsIn()).isEqualTo(Duration.ofHours(1));
        assertThat(service("http://billing/")).isEqualTo("billing");
        time.step(3601 * SECOND);
        assertThatThrownBy(() -> run("http://billing/")).isInstanceOf(NoRoute.class);
    }

    @Test
    void what_was_missing_stays_missing_when_it_is_no_longer_asked_for() throws Exception {
        apply("'billing','orders'", "orders", "billing");
        apply("'billing','orders'", "orders");
        time.step(1800 * SECOND);
        apply("'orders'", "orders");
        assertThat(status("billing").dropsIn()).isEqualTo(Duration.ofMinutes(30));
    }

    @Test
    void a_service_by_wildcard_is_missing_where_one_of_its_hosts_was_asked_for() throws Exception {
        apply(null, "*.shop.example", "*.other.example");
        apply("'a.shop.example'");
        assertThat(status("*.shop.example").dropsIn()).isEqualTo(Duration.ofHours(1));
        assertThat(status("*.other.example").dropsIn()).isNull();
    }

    @Test
    void parts_of_one_version_are_not_contradictions() throws Exception {
        assertThat(apply("'orders'", "orders")).isEqualTo(Applied.IN_FORCE);
        assertThat(apply("'a.shop.example','orders'", "orders")).isEqualTo(Applied.IN_FORCE);
        assertThat(apply("'a.shop.example','orders'")).isEqualTo(Applied.SAME_VERSION);
    }

    @Test
    void the_hosts_of_a_document_from_before_a_restart_are_wanted_again() throws Exception {
        apply("'a.shop.example','b.shop.example','orders'", "orders", "a.shop.example");
        assertThat(router.wanted().hosts()).containsExactly("a.shop.example", "b.shop.example", "orders");
        time.step(31 * SECOND);
        assertThat(router.wanted().hosts()).containsExactly("a.shop.example", "orders");
        apply("'c.shop.example'");
        assertThat(router.wanted().hosts()).as("later ones want nothing").doesNotContain("c.shop.example");
    }

    @Test
    void asking_for_the_layers_of_an_unknown_host_allocates_nothing() throws Exception {
        apply("'no.shop.example'");
        for (String host : List.of("no.shop.example", "a.shop.example", "www.example.com")) {
            long bytes = Allocated.bytes(() -> {
                for (int i = 0; i < 100_000; i++) {
                    Calls.layers(router.admit(host, 80));
                }
            });
            assertThat(bytes).as(host).isLessThan(100_000);
        }
    }
}
