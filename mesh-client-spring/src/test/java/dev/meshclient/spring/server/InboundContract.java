package dev.meshclient.spring.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.MeshBuilderCustomizer;
import dev.meshclient.spring.MeshClient;
import dev.meshclient.telemetry.MeshMetrics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingClass;
import org.springframework.boot.autoconfigure.ssl.SslBundleRegistrar;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.task.TaskDecorator;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;

/** An application with mTLS, by real requests, on each server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class InboundContract {
    static final Duration WAIT = Duration.ofMinutes(2);
    private static final ServerCertificates CERTIFICATES = new ServerCertificates();
    static final InboundPolicy POLICY = new InboundPolicy();
    static final OkHttpClient STOREFRONT = CERTIFICATES.client(InboundPolicy.STOREFRONT);
    /** Of an authority that the server trusts, and the mesh does not. */
    private static final ServerCertificates FOREIGN = new ServerCertificates();

    private static final OkHttpClient NOBODY = CERTIFICATES.client();

    /** The requests to {@code /api/peer} that reached a controller. */
    static final AtomicInteger HANDLED = new AtomicInteger();

    private final WebApplicationType type;
    private final boolean http2;
    private final Class<?> api;
    private final String excluded;
    private final AtomicInteger sent = new AtomicInteger();
    private final MockWebServer orders = new MockWebServer();
    private ConfigurableApplicationContext application;

    /**
     * @param http2 whether the server has it
     * @param api the controller
     * @param excluded the auto-configurations of the other servers
     */
    InboundContract(WebApplicationType type, boolean http2, Class<?> api, Class<?>... excluded) {
        this.http2 = http2;
        this.type = type;
        this.api = api;
        this.excluded = Stream.of(excluded).map(Class::getName).collect(Collectors.joining(","));
    }

    /** Answers with the headers that the mesh sent. */
    static final class Echo extends Dispatcher {
        @Override
        public MockResponse dispatch(RecordedRequest request) {
            return new MockResponse.Builder()
                    .body(request.getHeaders().get("x-mesh-deadline-ms") + " "
                            + request.getHeaders().get("x-mesh-attempt") + " "
                            + request.getHeaders().get("baggage"))
                    .build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @EnableAsync
    @Import(Background.class)
    static class Reviews {
        @Bean
        SslBundleRegistrar certificates() {
            return registry -> registry.registerBundle("reviews", CERTIFICATES.server(FOREIGN));
        }

        @Bean
        WorkloadIdentity identity() {
            return CERTIFICATES.identity();
        }

        @Bean
        PolicySource policy(@Value("${orders.port}") int orders) {
            return PolicySource.of(POLICY.document(orders));
        }

        /** Boot 4.0 does not know the property that propagates the context to executors. */
        @Bean
        @ConditionalOnMissingClass("org.springframework.boot.http.client.InetAddressFilter")
        TaskDecorator propagation() {
            return new ContextPropagatingTaskDecorator();
        }

        @Bean
        SimpleMeterRegistry metrics() {
            return new SimpleMeterRegistry();
        }

        @Bean
        MeshBuilderCustomizer withMetrics(SimpleMeterRegistry registry) {
            return mesh -> mesh.metrics(MeshMetrics.bindTo(registry).withIstioNames());
        }

        @Bean
        @MeshClient("orders")
        OkHttpClient ordersHttp() {
            return new OkHttpClient();
        }
    }

    static class Background {
        private final OkHttpClient orders;

        Background(@MeshClient("orders") OkHttpClient orders) {
            this.orders = orders;
        }

        @Async
        public CompletableFuture<String> order() throws IOException {
            return CompletableFuture.completedFuture(body(orders, "http://orders/7"));
        }
    }

    static String body(OkHttpClient client, String url) throws IOException {
        try (Response response =
                client.newCall(new Request.Builder().url(url).build()).execute()) {
            return response.body().string();
        }
    }

    @BeforeAll
    void start() throws IOException {
        orders.setDispatcher(new Echo());
        orders.start();
        application = new SpringApplicationBuilder(Reviews.class, api)
                .web(type)
                .run(
                        "--spring.autoconfigure.exclude=" + excluded,
                        "--orders.port=" + orders.getPort(),
                        "--spring.application.name=reviews",
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--server.ssl.bundle=reviews",
                        "--server.ssl.client-auth=want",
                        "--server.tomcat.threads.max=1",
                        "--server.shutdown=immediate",
                        "--server.http2.enabled=" + http2,
                        "--spring.task.execution.propagate-context=true",
                        "--spring.reactor.context-propagation=auto",
                        "--mesh.snapshot.enabled=false",
                        "--mesh.server.permit-paths=/livez,/actuator/health,/actuator/health/*",
                        "--mesh.server.authorization=enforce");
    }

    @AfterAll
    void stop() {
        application.close();
        orders.close();
    }

    /** Each request was counted once. */
    @AfterEach
    void requestsAreCountedOnce() {
        await().atMost(WAIT).untilAsserted(() -> assertThat(counted("")).isEqualTo(sent.get()));
    }

    private Response send(OkHttpClient client, String path, String... headers) throws IOException {
        return send(client, new Request.Builder(), path, headers);
    }

    private Response send(OkHttpClient client, Request.Builder request, String path, String... headers)
            throws IOException {
        sent.incrementAndGet();
        request.url("https://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port") + path);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return client.newCall(request.build()).execute();
    }

    String answer(OkHttpClient client, String path, String... headers) throws IOException {
        try (Response response = send(client, path, headers)) {
            return response.code() + " " + response.body().string();
        }
    }

    @Test
    void the_policy_decides_by_the_certificate_of_the_sender() throws IOException {
        assertThat(answer(STOREFRONT, "/api/peer")).isEqualTo("200 " + InboundPolicy.STOREFRONT + " no claims null");
        assertThat(answer(CERTIFICATES.client(InboundPolicy.OTHER), "/api/peer"))
                .isEqualTo("403 ");
        assertThat(answer(NOBODY, "/api/peer")).isEqualTo("403 ");
        assertThat(answer(CERTIFICATES.client(InboundPolicy.STOREFRONT, InboundPolicy.OTHER), "/api/peer"))
                .as("two URIs are no identity")
                .isEqualTo("403 ");
    }

    @Test
    void the_id_of_a_certificate_that_only_the_server_trusts_does_not_count() throws IOException {
        OkHttpClient intruder = FOREIGN.clientOf(CERTIFICATES, InboundPolicy.STOREFRONT);
        assertThat(answer(intruder, "/api/peer")).isEqualTo("403 ");
        assertThat(answer(
                        intruder,
                        "/api/order",
                        "x-mesh-attempt",
                        "2",
                        "Authorization",
                        "Bearer " + POLICY.token("ann")))
                .as("by its token")
                .startsWith("200 ");
        assertThat(answer(intruder, "/livez", "x-mesh-deadline-ms", "0"))
                .as("of an unknown sender")
                .isEqualTo("200 null");
        assertThat(answer(STOREFRONT, "/api/peer")).startsWith("200 " + InboundPolicy.STOREFRONT);
    }

    /** It may be the one that the rules mean; 404: allowed, and there is no such page. */
    @Test
    void an_id_that_is_not_verified_is_neither_outside_of_notPrincipals_nor_past_a_denial() throws IOException {
        for (String path : new String[] {"/others", "/denied"}) {
            assertThat(answer(NOBODY, path)).as(path).startsWith("404 ");
            for (String known : new String[] {InboundPolicy.OTHER, "https://shop.example/storefront"}) {
                assertThat(answer(CERTIFICATES.client(known), path)).as(path).startsWith("404 ");
            }
            assertThat(answer(STOREFRONT, path)).as(path).isEqualTo("403 ");
            for (OkHttpClient unverified : new OkHttpClient[] {
                FOREIGN.clientOf(CERTIFICATES, InboundPolicy.STOREFRONT),
                CERTIFICATES.client(InboundPolicy.STOREFRONT, "https://shop.example"),
                CERTIFICATES.client(InboundPolicy.STOREFRONT.replace("spiffe", "SPIFFE"))
            }) {
                assertThat(answer(unverified, path)).as(path).isEqualTo("403 ");
            }
        }
    }

    @Test
    void the_host_is_known_in_http_1_and_2() throws IOException {
        try (Response response = send(STOREFRONT, "/api/host")) {
            assertThat(response.protocol()).isEqualTo(http2 ? Protocol.HTTP_2 : Protocol.HTTP_1_1);
            assertThat(response.code()).isEqualTo(404);
        }
        if (http2) { // Jetty itself refuses a host that its certificate does not have, before any filter
            assertThat(answer(STOREFRONT, "/api/host", "Host", "admin")).startsWith("403 ");
        }
    }

    @Test
    void a_token_is_checked_and_hidden_from_the_application() throws IOException {
        String valid = "Bearer " + POLICY.token("ann");
        assertThat(answer(STOREFRONT, "/api/peer", "Authorization", valid))
                .isEqualTo("200 " + InboundPolicy.STOREFRONT + " ann null");
        assertThat(answer(NOBODY, "/api/order", "Authorization", valid)).startsWith("200 ");
        try (Response response = send(STOREFRONT, "/api/peer", "Authorization", "Bearer a.b.c")) {
            assertThat(response.code()).isEqualTo(401);
            assertThat(response.header("WWW-Authenticate")).isEqualTo("Bearer error=\"invalid_token\"");
        }
    }

    @Test
    void probes_need_no_authorization_and_similar_paths_do() throws IOException {
        assertThat(answer(NOBODY, "/livez")).startsWith("200 ");
        try (Response response =
                send(NOBODY, new Request.Builder().post(RequestBody.create(new byte[0])), "/actuator/health")) {
            assertThat(response.code()).as("no probe sends POST").isEqualTo(403);
        }
        assertThat(answer(NOBODY, "/actuator/health")).contains("200 ", "UP");
        assertThat(answer(NOBODY, "/actuator/health/unknown")).startsWith("404 ");
        assertThat(answer(NOBODY, "/actuator")).isEqualTo("403 ");
        assertThat(answer(NOBODY, "/actuator/health/;x")).isEqualTo("403 ");
        assertThat(answer(NOBODY, "/actuator/health/%64b")).isEqualTo("403 ");
    }

    @Test
    void an_exception_of_the_controller_is_answered_by_the_error_page_and_counted_once() throws IOException {
        double before = counted("500");
        assertThat(answer(STOREFRONT, "/api/broken")).startsWith("500 {").contains("Internal Server Error");
        await().atMost(WAIT).until(() -> counted("500") == before + 1);
    }

    @Test
    void an_asynchronous_request_is_counted_at_its_end() throws IOException {
        double good = counted("200");
        double bad = counted("500");
        assertThat(answer(STOREFRONT, "/api/deferred")).isEqualTo("200 later");
        await().atMost(WAIT).until(() -> counted("200") == good + 1);
        assertThat(answer(STOREFRONT, "/api/deferred-broken")).startsWith("500 ");
        await().atMost(WAIT).until(() -> counted("500") == bad + 1);
        assertThat(answer(STOREFRONT, "/api/callable")).startsWith("200 ");
        await().atMost(WAIT).until(() -> counted("200") == good + 2);
    }

    @Test
    void the_deadline_the_attempt_and_the_baggage_apply_to_calls_on_all_threads() throws IOException {
        for (String path : new String[] {"/api/order", "/api/callable", "/api/background"}) {
            String answer = answer(
                    STOREFRONT, path, "x-mesh-deadline-ms", "60000", "x-mesh-attempt", "2", "baggage", "user=ann");
            assertThat(answer).as(path).startsWith("200 ").endsWith(" 2 user=ann");
            assertThat(Integer.parseInt(answer.split(" ", -1)[1])).as(path).isBetween(1, 60_000);
            assertThat(answer(STOREFRONT, path))
                    .as("the next request on %s", path)
                    .endsWith(" 1 null");
        }
        assertThat(answer(NOBODY, "/livez")).isEqualTo("200 null");
    }

    @Test
    void a_response_without_a_body_forbids_retries_too() throws IOException {
        OkHttpClient storefront = STOREFRONT.newBuilder().followRedirects(false).build();
        for (String path : new String[] {"/api/empty", "/api/redirect"}) {
            try (Response response = send(storefront, path)) {
                assertThat(response.code()).as(path).isEqualTo(path.equals("/api/empty") ? 503 : 302);
                assertThat(response.header("x-mesh-no-retry")).as(path).isEqualTo("1");
            }
        }
    }

    @Test
    void a_request_whose_deadline_has_expired_is_not_handled() throws IOException {
        int before = HANDLED.get();
        assertThat(answer(STOREFRONT, "/api/peer", "x-mesh-deadline-ms", "0")).isEqualTo("504 ");
        assertThat(HANDLED).hasValue(before);
        assertThat(answer(NOBODY, "/livez", "x-mesh-deadline-ms", "0"))
                .as("of an unknown sender")
                .isEqualTo("200 null");
    }

    /** @param status empty: all */
    double counted(String status) {
        return application.getBean(SimpleMeterRegistry.class).find("istio.requests").counters().stream()
                .filter(counter -> "destination".equals(counter.getId().getTag("reporter")))
                .filter(counter ->
                        status.isEmpty() || status.equals(counter.getId().getTag("response_code")))
                .mapToDouble(Counter::count)
                .sum();
    }
}
