package dev.meshclient.spring.test;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.Decision;
import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.NoRoute;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.MeshClient;
import dev.meshclient.spring.web.OkHttpClientHttpRequestFactory;
import dev.meshclient.test.DecisionAssertions;
import java.io.IOException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.RequestEntity;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.client.RestClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.ImportHttpServices;

@SpringBootTest(
        classes = MeshTestRegistryTest.Shop.class,
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {"mesh.registry.url=http://registry.invalid/policy", "mesh.identity.directory=/no/such/directory"})
@AutoConfigureMeshRegistry(policy = "classpath:mesh/production.json")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MeshTestRegistryTest {
    interface StockApi {
        @GetExchange("/stock/{item}")
        String stock(@PathVariable int item);
    }

    interface PriceApi {
        @GetExchange("/prices/{item}")
        String price(@PathVariable int item);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportHttpServices(group = "stock", types = StockApi.class)
    @ImportHttpServices(group = "prices", types = PriceApi.class)
    static class Shop {
        @Bean(defaultCandidate = false)
        @MeshClient("orders")
        RestClient.Builder ordersBuilder() {
            return RestClient.builder();
        }

        @Bean
        PolicySource ofTheApplication() {
            return PolicySource.of("""
                    {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "other"}, "services": {}}""");
        }

        @Bean
        @MeshClient("orders")
        OkHttpClient ordersHttp() {
            return new OkHttpClient();
        }

        @Bean
        @MeshClient("billing")
        OkHttpClient billingHttp() {
            return new OkHttpClient();
        }
    }

    record Order7(int id) {}

    private final MeshTestRegistry registry;
    private final OkHttpClient orders;
    private final OkHttpClient billing;
    private final Mesh mesh;

    MeshTestRegistryTest(
            @Autowired MeshTestRegistry registry,
            @Autowired @MeshClient("orders") OkHttpClient orders,
            @Autowired @MeshClient("billing") OkHttpClient billing,
            @Autowired Mesh mesh) {
        this.registry = registry;
        this.orders = orders;
        this.billing = billing;
        this.mesh = mesh;
    }

    private static String get(OkHttpClient client, String url, String... headers) throws IOException {
        Request.Builder request = new Request.Builder().url(url);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        try (Response response = client.newCall(request.build()).execute()) {
            return response.code() + " " + response.body().string();
        }
    }

    @Test
    @Order(1)
    void a_service_answers_without_a_server_of_the_test() {
        registry.service("orders").answersJson("{\"id\": 7}");
        RestClient client = RestClient.builder()
                .baseUrl("http://orders")
                .requestFactory(new OkHttpClientHttpRequestFactory(orders))
                .build();

        Order7 order = client.post().uri("/v1?page=2").body("new").retrieve().body(Order7.class);

        assertThat(order).isEqualTo(new Order7(7));
        assertThat(registry.service("orders").requests()).singleElement().satisfies(request -> {
            assertThat(request.getMethod()).isEqualTo(HttpMethod.POST);
            assertThat(request.getUrl()).hasToString("http://orders/v1?page=2");
            assertThat(request.getBody()).isEqualTo("new");
        });
        DecisionAssertions.that(registry.lastCall("orders")).service("orders").attempts(1);
    }

    @Test
    @Order(9)
    void each_group_of_http_interfaces_has_expectations_of_its_own(
            @Autowired StockApi stockApi, @Autowired PriceApi priceApi) {
        registry.service("stock").answers(ResponseEntity.ok("3 left"));
        registry.service("prices").answers(ResponseEntity.status(503).build(), ResponseEntity.ok("7 euros"));

        assertThat(stockApi.stock(7)).isEqualTo("3 left");
        assertThat(priceApi.price(7)).isEqualTo("7 euros");
        assertThat(registry.service("stock").requests()).hasSize(1);
        assertThat(registry.service("prices").requests()).hasSize(2);
    }

    @Test
    @Order(10)
    void a_builder_of_rest_clients_is_one_more_client(@Autowired @MeshClient("orders") RestClient.Builder builder) {
        registry.service("orders").answersJson("{\"id\": 7}");

        assertThat(builder.build().get().uri("/7").retrieve().body(Order7.class))
                .isEqualTo(new Order7(7));
        DecisionAssertions.that(registry.lastCall("orders")).attempts(1);
    }

    /** After the test above, in the same application. */
    @Test
    @Order(2)
    void each_test_begins_with_the_policy_of_the_start() {
        assertThat(registry.calls("orders")).isEmpty();
        assertThat(registry.service("orders").requests()).isEmpty();
        assertThatThrownBy(() -> get(orders, "http://orders/7")).isInstanceOf(NoRoute.class);
        assertThat(mesh.status().services()).containsOnlyKeys("billing");
    }

    @Test
    @Order(3)
    void answers_follow_each_other_and_the_decision_states_the_attempts() throws IOException {
        registry.service("billing").answers(ResponseEntity.status(503).build(), ResponseEntity.ok("paid"));

        assertThat(get(billing, "http://billing/7")).isEqualTo("200 paid");
        DecisionAssertions.that(registry.lastCall("billing")).rule("all").attempts(2);
        assertThat(registry.lastCall("billing").attempts())
                .extracting(Decision.Attempt::status)
                .containsExactly(503, 200);
        assertThat(registry.service("billing").requests())
                .extracting(RequestEntity::getUrl)
                .hasSize(2);
    }

    @Test
    @Order(4)
    void the_rules_of_production_route_to_servers_of_the_test() throws IOException {
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            server.enqueue(new MockResponse.Builder().body("beta").build());
            server.enqueue(new MockResponse.Builder().body("all").build());
            registry.service("billing").endpoint(server.url("/"));

            assertThat(get(billing, "http://billing/7", "x-beta", "true")).isEqualTo("200 beta");
            DecisionAssertions.that(registry.lastCall("billing"))
                    .backend("billing/v2")
                    .endpoint(server.getHostName() + ":" + server.getPort());
            assertThat(get(billing, "http://billing/7")).isEqualTo("200 all");
            DecisionAssertions.that(registry.lastCall("billing")).backend("billing");
        }
    }

    @Test
    @Order(5)
    void no_test_calls_an_endpoint_of_production() {
        assertThatThrownBy(() -> get(billing, "http://billing/7")).isInstanceOf(NoHealthyEndpoint.class);
        DecisionAssertions.that(registry.lastCall("billing")).outcomes("refused");
    }

    @Test
    @Order(5)
    void no_test_calls_the_address_of_a_url_without_a_resolution() throws IOException {
        try (MockWebServer production = new MockWebServer()) {
            production.start();
            registry.policy("""
                    {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop"}, "services": {
                      "billing": {"hosts": ["localhost"], "resolution": "NONE"}}}
                    """);

            String url = "http://localhost:" + production.getPort() + "/7";
            assertThatThrownBy(() -> get(billing, url)).isInstanceOf(NoHealthyEndpoint.class);
            assertThat(production.getRequestCount()).isZero();
            DecisionAssertions.that(registry.lastCall("billing")).outcomes("refused");
        }
    }

    @Test
    @Order(6)
    void a_document_on_this_machine_keeps_its_labels() throws IOException {
        try (MockWebServer canary = new MockWebServer()) {
            canary.start();
            canary.enqueue(new MockResponse.Builder().body("v2").build());
            registry.policy("""
                    {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop"}, "services": {
                      "orders": {"hosts": ["orders"],
                        "endpoints": [{"address": "127.0.0.1", "port": %d, "labels": {"version": "v2"}}],
                        "subsets": [{"name": "v2", "labels": {"version": "v2"}}],
                        "rules": [{"name": "canary", "backendRefs": [{"name": "orders", "subset": "v2"}]}]}}}
                    """.formatted(canary.getPort()));

            assertThat(get(orders, "http://orders/7")).isEqualTo("200 v2");
            DecisionAssertions.that(registry.lastCall("orders")).backend("orders/v2");
        }
    }

    @Test
    @Order(7)
    void a_reset_ends_ejections() throws IOException {
        try (MockWebServer server = new MockWebServer()) {
            server.start();
            server.enqueue(new MockResponse.Builder().code(500).build());
            eject(server);
            assertThat(get(orders, "http://orders/7")).isEqualTo("500 ");
            assertThat(endpoint().ejected()).isNotEmpty();

            registry.reset();
            eject(server);
            assertThat(endpoint().ejected()).isEmpty();
        }
    }

    private void eject(MockWebServer server) {
        registry.policy("""
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop"}, "services": {
                  "orders": {"hosts": ["orders"], "outlierDetection": {"consecutive5xxErrors": 1, "maxEjectionPercent": 100}}}}
                """);
        registry.service("orders").endpoint(server.url("/")).endpoint("http://127.0.0.1:1");
    }

    private MeshStatus.Endpoint endpoint() {
        return requireNonNull(mesh.status().service("orders")).endpoints().get(0);
    }

    @Test
    @Order(8)
    void mistakes_name_what_is_wrong() {
        assertThatThrownBy(() -> registry.lastCall("orders"))
                .isInstanceOf(AssertionError.class)
                .hasMessage("no call to service 'orders' has ended, but calls to these: {}");
        assertThatThrownBy(() -> registry.policy("{}")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> registry.service("orders").endpoint("http://127.0.0.1:1/v1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a URL without a path");
        assertThatThrownBy(() -> registry.service("orders").endpoint("localhost"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("http or https URL");
        assertThatThrownBy(() -> registry.service("orders")
                        .endpoint("http://127.0.0.1:1")
                        .endpoint("https://127.0.0.1:2"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one scheme");
    }
}
