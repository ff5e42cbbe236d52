package dev.meshclient.examples.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.meshclient.AccessDenied;
import dev.meshclient.Mesh;
import dev.meshclient.Workload;
import dev.meshclient.identity.MountedIdentity;
import dev.meshclient.registry.PolicySource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The walk-through of docs/spring-example.md. */
class BootExampleTest {
    private static final OkHttpClient PLAIN = new OkHttpClient();
    private static BootExample shop;

    @BeforeAll
    static void start() throws IOException, GeneralSecurityException {
        shop = BootExample.start(0);
    }

    @AfterAll
    static void stop() {
        shop.close();
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

    private static String orders(String path, String... headers) throws IOException {
        return get(PLAIN, "http://127.0.0.1:" + shop.ordersPort() + path, headers);
    }

    @Test
    void an_order_asks_inventory_and_a_header_selects_the_canary() throws IOException {
        assertThat(orders("/orders/7"))
                .startsWith("200 {\"item\":7,\"accepted\":true,\"stock\":{\"item\":7,\"left\":7,\"version\":\"v");
        assertThat(orders("/orders/7", "x-beta", "true")).contains("\"version\":\"v2\"");
    }

    @Test
    void a_document_of_the_registry_moves_all_orders_to_the_canary_and_back() {
        shop.publish(0, 100);
        await().atMost(Duration.ofMinutes(1)).until(() -> orders("/orders/7"), answer -> answer.contains("v2"));
        shop.publish(100, 0);
        await().atMost(Duration.ofMinutes(1)).until(() -> orders("/orders/7"), answer -> answer.contains("v1"));
    }

    @Test
    void inventory_denies_reports_even_if_its_mesh_does_not() throws IOException {
        assertThat(getAs("orders", shop.policy())).startsWith("200");
        assertThatThrownBy(() -> getAs("reports", shop.policy())).isInstanceOf(AccessDenied.class);
        assertThat(getAs("reports", shop.policy().replace("shop.example/orders", "shop.example/reports")))
                .startsWith("403");
    }

    /** By the mesh of a workload with a certificate of the same authority. */
    private static String getAs(String workload, String policy) throws IOException {
        try (Mesh mesh = Mesh.builder()
                .workload(Workload.of(workload))
                .policy(PolicySource.of(policy))
                .identity(MountedIdentity.at(shop.identity(workload)))
                .snapshotDirectory(null)
                .build()) {
            assertThat(mesh.awaitReady(Duration.ofMinutes(1))).isTrue();
            return get(mesh.wrap(PLAIN), "http://inventory/stock/7");
        }
    }

    @Test
    void a_caller_without_a_certificate_of_the_mesh_gets_no_connection() {
        String https = "https://127.0.0.1:" + shop.inventoryPort() + "/stock/7";
        assertThatThrownBy(() -> get(TrustingClient.WITHOUT_CERTIFICATE, https)).isInstanceOf(IOException.class);
    }

    @Test
    void the_actuator_of_orders_states_the_endpoints_and_rules_of_inventory() throws IOException {
        orders("/orders/7");
        assertThat(orders("/actuator/mesh"))
                .startsWith("200")
                .contains("spiffe://shop.example/orders", "\"inventory\"", "in-force");
        assertThat(orders("/actuator/mesh/inventory"))
                .startsWith("200")
                .contains("127.0.0.1:" + shop.inventoryPort(), "\"canary\"");
    }

    @Test
    void its_page_has_its_properties() throws IOException {
        String page = Files.readString(Path.of("../../docs/spring-example.md"));
        for (String properties : new String[] {"orders.properties", "inventory.properties"}) {
            assertThat(page).contains(Files.readString(Path.of("src/main/resources", properties)));
        }
    }
}
