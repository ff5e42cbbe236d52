package dev.meshclient.petclinic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.meshclient.petclinic.Instance.Mode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What callers of the gateway see. Of the two instances of {@code customers} one is dead: its port refuses connections. Each call to
 * {@code visits} is given two seconds, so a busy machine may lose its answer as well: tests that want it ask again.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GatewayBehaviour {
    static final String WITH_VISITS =
            "{\"name\":\"Ada\",\"pets\":[{\"name\":\"Rex\",\"visits\":[\"rabies\",\"teeth\"]},{\"name\":\"Tom\",\"visits\":[]}]}";
    static final String WITHOUT_VISITS =
            "{\"name\":\"Ada\",\"pets\":[{\"name\":\"Rex\",\"visits\":[]},{\"name\":\"Tom\",\"visits\":[]}]}";

    private final HttpClient caller = HttpClient.newHttpClient();
    private final Socket dead = new Socket();
    private final Instance customers;
    private final List<Instance> visits;
    private final Instance vets;
    private @Nullable ConfigurableApplicationContext gateway;

    GatewayBehaviour() throws IOException {
        dead.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        customers = Instance.answering(
                "{\"id\":1,\"name\":\"Ada\",\"pets\":[{\"id\":1,\"name\":\"Rex\"},{\"id\":2,\"name\":\"Tom\"}]}");
        String found = "[{\"petId\":1,\"reason\":\"rabies\"},{\"petId\":1,\"reason\":\"teeth\"}]";
        visits = List.of(Instance.answering(found), Instance.answering(found));
        vets = Instance.answering("[\"Helen\"]");
    }

    /** The class of the application. */
    abstract Class<?> application();

    /** Its properties, for these ports by service. */
    abstract Map<String, Object> properties(Map<String, List<Integer>> ports, Path directory) throws IOException;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        Map<String, List<Integer>> ports = Map.of(
                "customers", List.of(customers.port(), dead.getLocalPort()),
                "visits", visits.stream().map(Instance::port).toList(),
                "vets", List.of(vets.port()));
        SpringApplication app = new SpringApplication(application());
        app.setDefaultProperties(
                Map.of("server.address", "127.0.0.1", "server.port", "0", "spring.main.banner-mode", "off"));
        gateway = app.run(properties(ports, directory).entrySet().stream()
                .map(property -> "--" + property.getKey() + "=" + property.getValue())
                .toArray(String[]::new));
    }

    @AfterAll
    void stop() throws IOException {
        gateway().close();
        customers.close();
        visits.forEach(Instance::close);
        vets.close();
        dead.close();
    }

    private ConfigurableApplicationContext gateway() {
        return Objects.requireNonNull(gateway, "started before all tests");
    }

    @AfterEach
    void recover() {
        visitsBecome(Mode.GOOD);
    }

    private void visitsBecome(Mode mode) {
        visits.forEach(instance -> instance.become(mode));
    }

    private URI uri(String path) {
        return URI.create(
                "http://127.0.0.1:" + gateway().getEnvironment().getRequiredProperty("local.server.port") + path);
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return caller.send(request, BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)).build());
    }

    private void answers(String path, String body) {
        await().atMost(Duration.ofMinutes(2))
                .untilAsserted(() -> assertThat(get(path).body()).isEqualTo(body));
    }

    /** Adds ten visits, one after the other. Returns how many the instances got. */
    final int gotOfTenVisits() throws IOException, InterruptedException {
        int before = posts();
        for (int i = 0; i < 10; i++) {
            send(HttpRequest.newBuilder(uri("/visits"))
                    .POST(BodyPublishers.ofString("{\"petId\":1,\"reason\":\"cough\"}"))
                    .build());
        }
        return posts() - before;
    }

    private int posts() {
        return visits.stream().mapToInt(Instance::posts).sum();
    }

    /** From now on, one of the two instances loses the answers of the requests that it got. */
    final void loseAnswers() {
        visits.get(1).become(Mode.BREAKS);
    }

    @Test
    void an_owner_is_answered_with_pets_and_their_visits() {
        answers("/owners/1", WITH_VISITS);
    }

    @Test
    void a_list_is_passed_on() {
        answers("/vets", "[\"Helen\"]");
    }

    @Test
    void a_new_visit_is_sent_once() throws Exception {
        assertThat(gotOfTenVisits()).isEqualTo(10);
    }

    @Test
    void a_dead_instance_costs_no_owner() throws Exception {
        for (int i = 0; i < 20; i++) {
            HttpResponse<String> response = get("/owners/1");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(response.body()).isIn(WITH_VISITS, WITHOUT_VISITS);
        }
    }

    @Test
    void without_its_visits_while_their_service_fails_and_with_them_when_it_recovers() throws Exception {
        visitsBecome(Mode.FAILS);
        for (int i = 0; i < 10; i++) {
            assertThat(get("/owners/1").body()).isEqualTo(WITHOUT_VISITS);
        }
        visitsBecome(Mode.GOOD);
        answers("/owners/1", WITH_VISITS);
    }

    @Test
    void without_its_visits_while_their_service_hangs_and_with_them_when_it_recovers() throws Exception {
        visitsBecome(Mode.HANGS);
        assertThat(get("/owners/1").body()).isEqualTo(WITHOUT_VISITS);
        visitsBecome(Mode.GOOD);
        answers("/owners/1", WITH_VISITS);
    }
}
