package dev.meshclient.internal.entry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Documents;
import dev.meshclient.MeshFailure;
import dev.meshclient.MeshOptions;
import dev.meshclient.NoRoute;
import dev.meshclient.PolicyUnavailable;
import dev.meshclient.Workload;
import dev.meshclient.internal.call.Allocated;
import dev.meshclient.internal.call.Call;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.Calls;
import dev.meshclient.internal.pipeline.Telemetry;
import dev.meshclient.internal.time.StepTime;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import okhttp3.HttpUrl;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which a call could slip out of the mesh, at the door. */
class RouterTest {
    private final StepTime time = new StepTime();
    private Router router = router(false);

    private Router router(boolean registryOnly, String... claimed) {
        return Router.withoutNames(
                time,
                Workload.unknown(),
                Telemetry.none(time),
                new EntrySettings(List.of(claimed), registryOnly, Duration.ofSeconds(5)),
                Duration.ofHours(1));
    }

    private void apply(String services) throws IOException {
        apply(services, "ALLOW_ANY");
    }

    private void apply(String services, String outbound) throws IOException {
        Documents document = Documents.mesh("test")
                .version(3)
                .with("'outboundTrafficPolicy': '" + outbound + "'")
                .services(services);
        router.control().apply(document.readStrict());
    }

    /** Takes the good services. */
    private void applyPartly(String services) throws IOException {
        router.control().apply(Documents.mesh("test").services(services).read());
    }

    private static String service(String name, String... hosts) {
        return Documents.service(name, hosts).endpoint("10.0.0.1", 80).json();
    }

    private Call call(String url) {
        return Calls.call(time, new Request.Builder().url(url).build());
    }

    /** As the engine asks: with the host as OkHttp writes it. */
    private @Nullable CallLayer layers(String url) {
        HttpUrl parsed = HttpUrl.get(url);
        return Calls.layers(router.admit(parsed.host(), parsed.port()));
    }

    private CallLayer ours(String url) {
        return Objects.requireNonNull(layers(url), url);
    }

    /** {@code passes}, {@code the answer's service}, or why it was refused. */
    private String fate(String url) throws IOException {
        CallLayer layers = layers(url);
        if (layers == null) {
            return "passes";
        }
        Call call = call(url);
        try {
            call.run(layers);
            return call.decision().service();
        } catch (IOException e) {
            assertThat(e).isInstanceOf(MeshFailure.class);
            MeshFailure ours = (MeshFailure) e;
            assertThat(ours.reason()).isEqualTo("NR");
            assertThat(ours.advice()).isNotBlank();
            assertThat(e.getMessage()).contains(HttpUrl.get(url).host()).contains(ours.advice());
            return e.getClass().getSimpleName();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://orders/, orders",
        "https://orders/, orders",
        "http://ORDERS:8080/, orders",
        "http://orders./, orders", // the same name, said to be complete
        "http://billing:8080/, billing",
        "http://billing/, NoRoute", // listed with another port: still the mesh's
        "https://billing/, NoRoute",
        "http://billing.:9090/, NoRoute",
        "http://a.shop.example/, shop",
        "http://A.B.shop.example.:81/, shop",
        "http://shop.example/, passes", // the suffix alone is not below itself
        "http://notshop.example/, passes",
        "http://x.cart.shop.example/, cart", // the longest suffix counts
        "http://exact.shop.example/, exact",
        "http://[2001:db8::1]/, six",
        "http://[2001:DB8:0:0:0:0:0:1]/, six", // one address, however it is spelled
        "http://[2001:db8::2]:80/, sixty",
        "http://[2001:db8::2]:81/, NoRoute",
        "http://10.1.1.1/, four",
        "http://order/, passes",
        "http://orders.example/, passes",
        "http://xorders/, passes",
    })
    void a_listed_host_is_the_meshs_however_it_is_spelled(String url, String fate) throws Exception {
        apply(String.join(
                ",",
                service("orders", "Orders"),
                service("billing", "billing:8080"),
                service("shop", "*.Shop.example"),
                service("cart", "*.cart.shop.example"),
                service("exact", "exact.shop.example"),
                service("six", "[2001:DB8:0::1]"),
                service("sixty", "[2001:db8::2]:80"),
                service("four", "10.1.1.1")));
        assertThat(fate(url)).isEqualTo(fate);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"orders", "ORDERS", "orders.", "orders:8080", "*.example", "*", "[::0:1]", "b\u00fccher.example"
            })
    void a_claimed_host_is_refused_by_a_policy_that_does_not_list_it(String claim) throws Exception {
        router = router(false, claim);
        apply(service("billing", "billing"));
        String host =
                switch (claim) {
                    case "*.example" -> "a.example";
                    case "*" -> "anything";
                    case "[::0:1]" -> "[::1]";
                    case "b\u00fccher.example" -> "xn--bcher-kva.example";
                    default -> "orders";
                };
        for (String url : List.of("http://" + host + "/", "https://" + host + ":444/")) {
            assertThat(fate(url)).isEqualTo("NoRoute");
        }
        assertThat(fate("http://billing/")).isEqualTo("billing");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "http://orders",
                "a/b",
                "a b",
                "*orders",
                "a.*",
                "*.",
                "orders:0",
                "orders:99999",
                "orders:x"
            })
    void a_claim_that_would_claim_nothing_is_refused(String claim) {
        assertThatThrownBy(() -> Router.checkClaim(claim)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void the_refusal_of_a_host_that_is_not_listed_says_which_and_what_next() throws Exception {
        router = router(false, "[::1]");
        apply("");
        CallLayer refusing = ours("http://[::1]:8080/");
        assertThatThrownBy(() -> call("http://[::1]:8080/").run(refusing)).isInstanceOfSatisfying(NoRoute.class, e -> {
            assertThat(e.getMessage()).contains("[::1]:8080").contains("services.*.hosts");
            assertThat(e.decision().policy()).isEqualTo("version 3");
        });
    }

    @Test
    void a_host_that_was_ever_listed_stays_the_meshs() throws Exception {
        apply(service("orders", "orders", "*.orders.example"));
        apply("'orders': null");
        assertThat(fate("http://orders/")).isEqualTo("NoRoute");
        assertThat(fate("http://v1.orders.example/")).isEqualTo("NoRoute");
        assertThat(fate("http://example/")).isEqualTo("passes");
        apply(service("orders", "orders"));
        assertThat(fate("http://orders/")).isEqualTo("orders");
    }

    /** A URL with the host that the author meant. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'hosts': 'orders' | http://orders/",
                "'hosts': ['orders..'] | http://orders./",
                "'hosts': ['orders '] | http://orders/",
                "'hosts': ['\u00a0orders\ufeff'] | http://orders/",
                "'hosts': ['http://orders'] | http://orders/",
                "'hosts': ['HTTPS://u:p@Orders:8443/a?b#c'] | https://orders:8443/",
                "'hosts': ['//orders/'] | http://orders/",
                "'hosts': ['orders/'] | http://orders/",
                "'hosts': ['orders:0'] | http://orders:8080/",
                "'hosts': ['orders:http'] | http://orders/",
                "'hosts': ['orders:65536'] | http://orders/",
                "'hosts': ['::1'] | http://[::1]/",
                "'hosts': ['orders:80:80'] | http://orders/",
                "'hosts': ['orders::8080'] | http://orders/",
                "'hosts': ['orders:80:http'] | http://orders:80/",
                "'hosts': ['http:/orders'] | http://orders/",
                "'hosts': ['http:orders'] | http://orders/",
                "'hosts': ['HTTPS:\\\\\\\\orders'] | http://orders/",
                "'hosts': ['.shop.example'] | http://a.shop.example/",
                "'hosts': ['**.shop.example'] | http://b.a.shop.example/",
                "'hosts': ['http://.shop.example:80/'] | http://a.shop.example/",
                "'hosts': ['*.shop.example/'] | http://a.shop.example/",
                "'hosts': ['cart', 5, 'orders'] | http://orders/",
                "'hosts': ['cart, orders'] | http://orders/",
                "'hosts': [['orders']] | http://orders/",
                "'hosts': {'orders': 80} | http://orders/",
                "'hosts': [{'host': 'orders'}] | http://orders/",
                "'hosts': [] | http://x/",
                "'hosts': null | http://x/",
                "'host': ['orders'] | http://X./",
                "'hosts': ['cart'], 'retry': {} | http://x/",
            })
    void a_refused_service_claims_its_name_and_each_host_that_a_url_could_spell(String fields, String url)
            throws Exception {
        applyPartly("'x': {" + fields + ", 'tls': {'mode': 'MESH_MUTUAL'}, 'serviceAccount': 'spiffe://a.example/x'}, "
                + service("good", "good"));
        assertThat(fate(url)).isEqualTo("PolicyUnavailable");
        assertThat(fate("http://good/")).isEqualTo("good");
        assertThat(fate("http://example/")).isEqualTo("passes");
        assertThat(fate("http://http/")).as("a scheme is no host").isEqualTo("passes");
    }

    /** Its name was no host that the document listed, so calls to it are no more the mesh's than before. */
    @Test
    void the_name_of_a_service_is_claimed_only_while_the_service_is_refused() throws Exception {
        applyPartly("'bank.example': {'hosts': ['bank '], 'endpoints': []}");
        assertThat(fate("http://bank.example/")).isEqualTo("PolicyUnavailable");
        applyPartly(service("bank.example", "bank"));
        assertThat(fate("http://bank.example/")).isEqualTo("passes");
        assertThat(fate("http://bank/")).isEqualTo("bank.example");
    }

    @Test
    void a_service_that_is_no_object_claims_its_name() throws Exception {
        applyPartly("'orders': 'http://somewhere'");
        assertThat(fate("http://orders/")).isEqualTo("PolicyUnavailable");
    }

    @Test
    void a_null_service_that_was_never_listed_claims_nothing() throws Exception {
        apply("'orders': null");
        assertThat(fate("http://orders/")).isEqualTo("passes");
    }

    @Test
    void registry_only_by_document_refuses_every_other_host_until_a_document_says_otherwise() throws Exception {
        apply(service("orders", "orders"), "REGISTRY_ONLY");
        assertThat(fate("http://example/")).isEqualTo("NoRoute");
        assertThat(fate("http://orders/")).isEqualTo("orders");
        apply(service("orders", "orders"));
        assertThat(fate("http://example/")).isEqualTo("passes");
    }

    @Test
    void registry_only_by_the_builder_is_not_widened_by_a_document() throws Exception {
        router = router(true);
        apply(service("orders", "orders"), "ALLOW_ANY");
        assertThat(fate("http://example/")).isEqualTo("NoRoute");
    }

    @Test
    void a_catch_all_takes_what_no_other_service_lists() throws Exception {
        apply(service("orders", "orders:80") + ", 'all': {'hosts': ['*'], 'resolution': 'NONE'}");
        assertThat(fate("http://example/")).isEqualTo("all");
        assertThat(fate("http://[::1]/")).isEqualTo("all");
        assertThat(fate("http://orders/")).isEqualTo("orders");
        assertThat(fate("http://orders:81/"))
                .as("by name, with another port only")
                .isEqualTo("NoRoute");
    }

    /** Asked twice a call, also for the calls of the client that are none of the mesh's. */
    @Test
    void asking_allocates_nothing() throws Exception {
        apply(service("orders", "orders") + "," + service("shop", "*.shop.example"));
        for (String host : List.of("orders", "a.b.shop.example", "www.example.com", "10.1.1.1")) {
            int times = 100_000;
            long bytes = Allocated.bytes(() -> {
                for (int i = 0; i < times; i++) {
                    Calls.layers(router.admit(host, 80));
                }
            });
            assertThat(bytes).as("bytes of %d times %s", times, host).isLessThan(times);
        }
        router.close();
        assertThat(Allocated.bytes(() -> {
                    for (int i = 0; i < 100_000; i++) {
                        Calls.layers(router.admit("orders", 80));
                    }
                }))
                .isLessThan(100_000);
    }

    // ---- before the first policy

    @Test
    void before_the_first_policy_only_calls_to_claimed_hosts_wait() throws Exception {
        router = router(false, "orders");
        assertThat(fate("http://example/")).isEqualTo("passes");
        assertThat(time.now()).isZero();
        assertThat(fate("http://orders/")).isEqualTo("PolicyUnavailable");
        assertThat(time.now()).isEqualTo(5_000_000_000L);
    }

    @Test
    void the_time_to_wait_counts_from_the_start_and_is_waited_out_once() throws Exception {
        router = router(true);
        time.step(4_000_000_000L);
        fate("http://orders/");
        assertThat(time.now()).isEqualTo(5_000_000_000L);
        assertThat(fate("http://example/")).isEqualTo("PolicyUnavailable");
        assertThat(time.now()).isEqualTo(5_000_000_000L);
    }

    @Test
    void a_failure_without_a_policy_has_its_cause() {
        router = router(false, "orders");
        router.control().failed(new IOException("connection refused"));
        assertThatThrownBy(() -> run("http://orders/"))
                .isInstanceOf(PolicyUnavailable.class)
                .hasMessageContaining("'orders'")
                .hasMessageContaining("5000 ms of the start")
                .hasRootCauseMessage("connection refused");
    }

    private void run(String url) throws IOException {
        call(url).run(ours(url));
    }

    @Test
    void a_policy_that_comes_ends_the_wait() throws Exception {
        router = router(false, "orders");
        time.at(1_000_000_000L, "policy", () -> {
            try {
                apply(service("orders", "orders"));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(fate("http://orders/")).isEqualTo("orders");
        assertThat(time.now()).isEqualTo(1_000_000_000L);
    }

    @Test
    void a_policy_that_comes_without_the_host_refuses_it() throws Exception {
        router = router(false, "orders");
        time.at(1_000_000_000L, "policy", () -> {
            try {
                apply(service("billing", "billing"));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        assertThat(fate("http://orders/")).isEqualTo("NoRoute");
    }

    @Test
    void a_caller_with_less_time_than_that_does_not_wait_longer() {
        router = router(false, "orders");
        CallLayer waiting = ours("http://orders/");
        Call hurried = Calls.call(
                time,
                new Request.Builder().url("http://orders/").build(),
                MeshOptions.DEFAULT.withTimeout(Duration.ofMillis(300)));
        assertThatThrownBy(() -> hurried.run(waiting))
                .isInstanceOf(PolicyUnavailable.class)
                .hasMessageContaining("300 ms, the whole timeout of the caller");
        assertThat(time.now()).isEqualTo(300_000_000L);
    }

    @Test
    void a_call_that_is_cancelled_waits_no_longer() {
        router = router(false, "orders");
        CallLayer waiting = ours("http://orders/");
        Call call = call("http://orders/");
        time.at(1000, "caller", () -> call.cancel(new IOException("Canceled")));
        assertThatThrownBy(() -> call.run(waiting)).hasMessage("Canceled");
        assertThat(time.now()).isEqualTo(1000);
    }

    // ---- after close

    @Test
    void after_close_the_meshs_hosts_are_refused_and_others_are_the_callers_own() throws Exception {
        router = router(false, "claimed");
        apply(service("orders", "orders"));
        router.close();
        assertThat(fate("http://orders/")).isEqualTo("PolicyUnavailable");
        assertThat(fate("http://claimed/")).isEqualTo("PolicyUnavailable");
        assertThat(fate("http://example/")).isEqualTo("passes");
    }

    @Test
    void after_close_registry_only_still_holds() throws Exception {
        apply(service("orders", "orders"), "REGISTRY_ONLY");
        router.close();
        assertThat(fate("http://example/")).isEqualTo("PolicyUnavailable");
    }

    @Test
    void a_close_ends_the_wait_for_the_first_policy_and_says_so() {
        router = router(false, "orders");
        time.at(1000, "closer", router::close);
        assertThatThrownBy(() -> run("http://orders/"))
                .isInstanceOf(PolicyUnavailable.class)
                .hasMessageContaining("the mesh was closed");
        assertThat(time.now()).isEqualTo(1000);
    }
}
