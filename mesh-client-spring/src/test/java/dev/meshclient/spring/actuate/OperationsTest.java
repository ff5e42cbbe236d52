package dev.meshclient.spring.actuate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.meshclient.Explanation;
import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.LocalService;
import dev.meshclient.spring.MeshClient;
import dev.meshclient.spring.MeshClientSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class OperationsTest {
    private static final LocalService ORDERS = LocalService.answering("order 7");
    private static Actuator application;

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Checkout {
        @Bean
        @MeshClient("orders")
        OkHttpClient ordersHttp() {
            return new OkHttpClient();
        }

        /** As for groups of HTTP interfaces, which are no beans. */
        @Bean
        MeshClientSource groups() {
            return new MeshClientSource() {
                @Override
                public Map<String, String> services() {
                    return Map.of("billing", "billing");
                }

                @Override
                public void check() {}
            };
        }

        @Bean
        PolicySource source() {
            return PolicySource.of("""
                    {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 7},
                     "services": {"orders": {
                       "hosts": ["orders"],
                       "timeouts": {"request": "20s"}, "circuitBreaker": {},
                       "subsets": [{"name": "v1", "labels": {"version": "v1"}}, {"name": "v2", "labels": {"version": "v2"}}],
                       "rules": [
                         {"name": "testers", "matches": [{"headers": [{"name": "end-user", "value": "jason"}]}],
                          "backendRefs": [{"name": "orders", "subset": "v2"}]},
                         {"name": "all", "backendRefs": [{"name": "orders", "subset": "v1"}]}],
                       "endpoints": [
                         {"address": "127.0.0.1", "port": %d, "locality": "eu/eu-1a", "labels": {"version": "v1"}},
                         {"address": "127.0.0.1", "port": %d, "labels": {"version": "v2"}, "health": "UNHEALTHY"}]}}}
                    """.formatted(ORDERS.port(), ORDERS.port() == 9 ? 10 : 9));
        }
    }

    @BeforeAll
    static void start() throws IOException {
        application = Actuator.of(
                Checkout.class,
                "--spring.application.name=checkout",
                "--mesh.zone=eu/eu-1a",
                "--mesh.metrics.istio-names=true",
                "--management.metrics.tags.team=shop",
                "--mesh.workload-name=checkout-primary",
                "--management.endpoint.mesh.show-values=always",
                "--management.endpoint.health.show-details=always",
                "--management.endpoint.health.probes.enabled=true",
                "--management.endpoint.health.group.careful.include=readinessState,mesh");
        assertThat(application.bean(Mesh.class).awaitReady(Duration.ofMinutes(2)))
                .isTrue();
        LocalService.get(application.bean(OkHttpClient.class), "http://orders/7");
    }

    @AfterAll
    static void stop() {
        application.close();
        ORDERS.close();
    }

    @Test
    void the_mesh_is_stated_with_its_policy_services_and_clients() throws IOException {
        JsonNode mesh = application.body("/actuator/mesh");
        assertThat(mesh.path("enabled").asBoolean()).isTrue();
        assertThat(mesh.path("ready").asBoolean()).isTrue();
        assertThat(mesh.path("workload").toString()).isEqualTo("{\"service\":\"checkout\",\"locality\":\"eu/eu-1a\"}");
        assertThat(mesh.path("source").asText()).isEqualTo("PolicySource.of(...)");
        assertThat(mesh.path("revision").asText()).isEqualTo("version 7");
        assertThat(mesh.at("/freshness/from").asText()).isEqualTo("live");
        assertThat(Duration.parse(mesh.path("age").asText())).isPositive();
        assertThat(mesh.at("/services/orders").toString()).isEqualTo("""
                        {"state":"in-force","revision":"version 7","hosts":["orders"],"endpoints":2,"ejected":0}""");
        assertThat(mesh.path("clients").toString()).isEqualTo("""
                        [{"name":"billing","service":"billing"},\
                        {"name":"ordersHttp","type":"okhttp3.OkHttpClient","service":"orders"}]""");
    }

    @Test
    void a_service_is_stated_with_its_endpoints_and_the_sources_of_its_settings() throws IOException {
        LocalService.get(application.bean(OkHttpClient.class), "http://orders/7");
        JsonNode orders = application.body("/actuator/mesh/orders");
        JsonNode endpoint = orders.at("/endpoints/0");
        assertThat(endpoint.path("address").asText()).isEqualTo("127.0.0.1:" + ORDERS.port());
        assertThat(endpoint.at("/lastMinute/requests").isNumber()).isTrue(); // a slow machine may be past the minute
        assertThat(orders.at("/endpoints/1/health").asText()).isEqualTo("unhealthy");
        assertThat(orders.at("/traffic/sameZone/requests").asInt()).isPositive();
        assertThat(orders.at("/explanation/rules/1/backends/0/settings/0").toString())
                .isEqualTo("""
                        {"name":"timeouts.request","value":"20s","source":"service"}""");
    }

    @Test
    void an_explanation_has_the_form_that_it_has_in_code() throws IOException {
        Mesh mesh = application.bean(Mesh.class);
        assertThat(application.body("/actuator/mesh/orders").path("explanation"))
                .isEqualTo(json(requireNonNull(
                        requireNonNull(mesh.status().service("orders")).effective())));
        Request request = new Request.Builder()
                .url("http://orders/v1?page=2")
                .post(RequestBody.EMPTY)
                .header("end-user", "jason")
                .build();
        assertThat(application
                        .body("/actuator/mesh/orders?method=POST&path=/v1?page=2&header=end-user:jason")
                        .path("explanation"))
                .isEqualTo(json(mesh.explain(request)));
    }

    private static JsonNode json(Explanation explanation) throws IOException {
        return new ObjectMapper().readTree(explanation.toJson());
    }

    @Test
    void the_samples_of_the_page_have_the_fields_of_the_answers() throws IOException {
        List<String> samples = Pattern.compile("(?s)```json other\n(.*?)```")
                .matcher(Files.readString(Path.of("../docs/spring-operations.md")))
                .results()
                .map(sample -> sample.group(1))
                .toList();
        assertThat(fields(new ObjectMapper().readTree(samples.get(0)), ""))
                .isEqualTo(fields(application.body("/actuator/mesh"), ""));
        // An endpoint without calls has no times, and one backend of the test refuses all calls.
        assertThat(fields(new ObjectMapper().readTree(samples.get(1)), ""))
                .isEqualTo(fields(application.body("/actuator/mesh/orders"), "").stream()
                        .filter(field -> !field.contains("/refusal"))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    private static Set<String> fields(JsonNode node, String at) {
        Set<String> fields = new TreeSet<>();
        node.properties().forEach(field -> {
            fields.add(at + "/" + field.getKey());
            fields.addAll(fields(field.getValue(), at + "/" + field.getKey()));
        });
        node.forEach(item -> {
            if (node.isArray()) {
                fields.addAll(fields(item, at));
            }
        });
        return fields;
    }

    @Test
    void a_header_may_hold_commas() throws IOException {
        assertThat(matches("header=end-user:+jason&header=accept:+a")).isEqualTo("testers");
        assertThat(matches("header=end-user:+jason,junior")).isEqualTo("all");
        assertThat(matches("header=accept:+a,b,end-user:jason")).isEqualTo("testers");
    }

    private static String matches(String query) throws IOException {
        for (JsonNode rule : application.body("/actuator/mesh/orders?" + query).at("/explanation/rules")) {
            if (rule.path("state").asText().equals("matches")) {
                return rule.path("name").asText();
            }
        }
        return "none";
    }

    @Test
    void a_request_to_another_host_is_explained_too() throws IOException {
        assertThat(application
                        .body("/actuator/mesh/orders?host=example.com")
                        .at("/explanation/result")
                        .asText())
                .isEqualTo("outside");
    }

    @ParameterizedTest
    @CsvSource({
        "/actuator/mesh/billing, 404, 'the policy does not list the service ''billing'''",
        "/actuator/mesh/orders?path=v1, 400, path",
        "/actuator/mesh/orders?host=a%2Fb, 400, host",
        "/actuator/mesh/orders?method=, 400, method",
        "/actuator/mesh/orders?method=G%20T, 400, method",
        "/actuator/mesh/orders?method=%C3%A9, 400, method",
        "/actuator/mesh/orders?header=jason, 400, header",
        "/actuator/mesh/orders?header=a%0d:b, 400, header",
        "/actuator/mesh/orders?header=a%20b:c, 400, header",
        "/actuator/mesh/orders?header=a:b%0dc, 400, header",
        "/actuator/mesh/orders?header=%C3%A9:jason, 400, header"
    })
    void a_service_that_is_not_listed_and_a_request_that_is_none_are_errors_of_the_reader(
            String path, int status, String message) throws IOException {
        assertThat(application.get(path).status()).isEqualTo(status);
        assertThat(application.body(path).path("message").asText()).contains(message);
    }

    @Test
    void a_service_without_a_host_of_its_own_needs_one_to_explain() {
        assertThatThrownBy(() -> new ExplainedRequest("GET", null, null, null).to(List.of("*.example.com")))
                .isInstanceOfSatisfying(InvalidEndpointRequestException.class, e -> assertThat(e.getReason())
                        .contains("state host"));
        assertThat(new ExplainedRequest(null, null, "a.example.com", null)
                        .to(List.of("*.example.com"))
                        .url()
                        .toString())
                .isEqualTo("http://a.example.com/");
    }

    @Test
    void health_has_the_policy_in_its_details() throws IOException {
        assertThat(application.body("/actuator/health").at("/components/mesh").toString())
                .isEqualTo("""
                        {"details":{"revision":"version 7","freshness":"live","stale":false},"status":"UP"}""");
        assertThat(application.body("/actuator/health/mesh").path("status").asText())
                .isEqualTo("UP");
    }

    @Test
    void liveness_and_readiness_do_not_depend_on_the_mesh_unless_a_group_includes_it() throws IOException {
        HealthEndpointGroups groups = application.bean(HealthEndpointGroups.class);
        assertThat(requireNonNull(groups.get("liveness")).isMember("mesh")).isFalse();
        assertThat(requireNonNull(groups.get("readiness")).isMember("mesh")).isFalse();
        assertThat(requireNonNull(groups.get("readiness")).isMember("readinessState"))
                .isTrue();
        assertThat(application
                        .body("/actuator/health/careful")
                        .path("components")
                        .properties())
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("readinessState", "mesh");
    }

    @Test
    void info_has_the_workload_and_the_revision() throws IOException {
        assertThat(application.body("/actuator/info").path("mesh").toString()).isEqualTo("""
                        {"enabled":true,"service":"checkout","zone":"eu/eu-1a","revision":"version 7"}""");
    }

    @Test
    void the_metrics_of_the_mesh_are_in_the_registry_of_boot_with_its_common_tags() throws IOException {
        assertThat(tags("mesh.client.requests"))
                .containsEntry("service", "orders")
                .containsEntry("route", "all")
                .containsEntry("outcome", "success")
                .containsEntry("team", "shop");
        assertThat(tags("mesh.client.attempts")).containsEntry("zone", "same").containsEntry("kind", "first");
        assertThat(tags("istio.requests?tag=reporter:source"))
                .containsEntry("source_workload", "checkout-primary")
                .containsEntry("destination_workload", "orders");
    }

    private static Map<String, String> tags(String meter) throws IOException {
        Map<String, String> tags = new TreeMap<>();
        application
                .body("/actuator/metrics/" + meter)
                .path("availableTags")
                .forEach(tag -> tags.put(
                        tag.path("tag").asText(), tag.path("values").path(0).asText()));
        return tags;
    }
}
