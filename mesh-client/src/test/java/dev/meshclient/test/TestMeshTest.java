package dev.meshclient.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Documents;
import dev.meshclient.NoHealthyEndpoint;
import dev.meshclient.Workload;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.authz.InboundResult;
import dev.meshclient.policy.PolicyException;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallObserver;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okio.Buffer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The kit for users' tests: virtual time, no sockets, the production layers. Each test would last minutes in real time. */
@Timeout(20)
class TestMeshTest {
    private static final String A = "10.0.0.1:80";
    private static final String B = "10.0.0.2:80";

    private static String document(String settings) {
        return Documents.mesh("shop")
                .services(Documents.service("orders")
                        .endpoints(List.of(
                                "{'address': '10.0.0.1', 'port': 80, 'locality': 'eu/eu-1a'}",
                                "{'address': '10.0.0.2', 'port': 80, 'locality': 'eu/eu-1b'}"))
                        .with(settings))
                .json();
    }

    private static Response get(TestMesh mesh) throws IOException {
        return mesh.client()
                .newCall(new Request.Builder().url("http://orders/list").build())
                .execute();
    }

    @Test
    void a_retry_gets_the_second_answer_without_waiting() throws IOException {
        try (TestMesh mesh = TestMesh.of(document("'retry': {'attempts': 1, 'codes': [503], 'backoff': '60s'}"))) {
            Instant start = mesh.now();
            mesh.service("orders")
                    .answers(FakeAnswer.status(503), FakeAnswer.ok("7 orders").header("x-by", "fake"));

            try (Response response = get(mesh)) {
                assertThat(response.body().string()).isEqualTo("7 orders");
                assertThat(response.header("x-by")).isEqualTo("fake");
                DecisionAssertions.that(response)
                        .service("orders")
                        .backend("orders")
                        .attempts(2)
                        .outcomes("response", "response");
            }
            assertThat(mesh.service("orders").requests()).hasSize(2);
            assertThat(mesh.now()).isAfter(start);
        }
    }

    @Test
    void a_refused_connection_moves_the_call_to_the_other_endpoint() throws IOException {
        try (TestMesh mesh = TestMesh.of(
                document("'retry': {'attempts': 1, 'retryOn': ['connect-failure']}"),
                m -> m.workload(Workload.of("checkout").zone("eu/eu-1a")))) {
            mesh.service("orders").endpointAnswers(A, FakeAnswer.refused());

            try (Response response = get(mesh)) {
                DecisionAssertions.that(response).endpoints(A, B).endpoint(B).outcomes("connect-failure", "response");
            }
            assertThat(mesh.service("orders").requests(A)).isEmpty();
            assertThat(mesh.service("orders").requests(B)).hasSize(1);
        }
    }

    @Test
    void a_slow_answer_ends_at_the_deadline_of_the_policy() throws IOException {
        try (TestMesh mesh = TestMesh.of(document("'timeouts': {'request': '5s'}, 'retry': {'attempts': 0}"))) {
            Instant start = mesh.now();
            mesh.service("orders").answers(FakeAnswer.ok("late").after(Duration.ofHours(1)));

            DeadlineExceeded late = catchThrowableOfType(DeadlineExceeded.class, () -> get(mesh));

            DecisionAssertions.that(late).service("orders").attempts(1);
            assertThat(Duration.between(start, mesh.now())).isEqualTo(Duration.ofSeconds(5));
        }
    }

    @Test
    void an_ejection_ends_when_the_test_moves_the_clock() throws IOException {
        try (TestMesh mesh = TestMesh.of(document(
                "'retry': {'attempts': 0}, 'outlierDetection': {'consecutive5xxErrors': 1, 'baseEjectionTime': '30s',"
                        + " 'maxEjectionPercent': 50}"))) {
            FakeService orders =
                    mesh.service("orders").endpointAnswers(A, FakeAnswer.status(500), FakeAnswer.status(200));
            while (orders.requests(A).isEmpty()) {
                get(mesh).close();
            }
            int before = orders.requests(A).size();
            for (int i = 0; i < 20; i++) {
                get(mesh).close();
            }
            assertThat(orders.requests(A)).hasSize(before);

            mesh.advance(Duration.ofMinutes(10));
            for (int i = 0; i < 200; i++) {
                get(mesh).close();
            }
            assertThat(orders.requests(A)).hasSizeGreaterThan(before);
        }
    }

    @Test
    void a_mistake_in_the_document_is_an_error_and_may_be_allowed() throws Exception {
        String typo = document("'retrys': 3");

        assertThatThrownBy(() -> TestMesh.of(typo))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("services.orders.retrys")
                .hasMessageContaining("did you mean retry?");
        try (TestMesh mesh = TestMesh.of(PolicySource.lenient(typo), m -> m)) {
            get(mesh).close();
        }
        try (TestMesh mesh = TestMesh.of(document("'retry': {'attempts': 0}"))) {
            assertThatThrownBy(() -> mesh.update(typo)).isInstanceOf(PolicyException.class);
            mesh.update(document("'rules': [{'name': 'all', 'backendRefs': [{'name': 'orders'}]}]"));
            try (Response response = get(mesh)) {
                DecisionAssertions.that(response).rule("all");
            }
        }
    }

    @Test
    void a_peer_sees_the_body_and_the_headers_of_observers() throws IOException {
        CallObserver.Factory traced = call -> new CallObserver() {
            @Override
            public void attemptStarting(AttemptInfo attempt, OutgoingHeaders wire) {
                wire.set("traceparent", "00-" + attempt.number());
            }
        };
        try (TestMesh mesh = TestMesh.of(document("'tls': {'mode': 'SIMPLE'}"), m -> m.observer(traced))) {
            Request post = new Request.Builder()
                    .url("http://orders/")
                    .post(RequestBody.create("a book", MediaType.get("text/plain")))
                    .build();

            mesh.client().newCall(post).execute().close();

            Request seen = mesh.service("orders").requests().get(0);
            assertThat(seen.header("traceparent")).isEqualTo("00-1");
            Buffer body = new Buffer();
            seen.body().writeTo(body);
            assertThat(body.readUtf8()).isEqualTo("a book");
        }
    }

    @Test
    void names_are_not_looked_up() throws IOException {
        String document = Documents.mesh("shop")
                .services(Documents.service("pay", "pay.invalid").with("'resolution': 'DNS'"))
                .json();
        try (TestMesh mesh = TestMesh.of(document)) {
            mesh.service("pay").answers(FakeAnswer.ok("paid"));
            try (Response response = mesh.client()
                    .newCall(new Request.Builder().url("http://pay.invalid/").build())
                    .execute()) {
                assertThat(response.body().string()).isEqualTo("paid");
            }
        }
    }

    @Test
    void a_service_or_an_endpoint_that_the_policy_lacks_cannot_be_scripted() throws Exception {
        try (TestMesh mesh = TestMesh.of(document("'retry': {'attempts': 0}"))) {
            assertThatThrownBy(() -> mesh.service("order"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the policy has no service 'order', but these: orders");
            FakeService orders = mesh.service("orders");
            assertThatThrownBy(() -> orders.endpointAnswers("10.0.0.3:80", FakeAnswer.ok("")))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("the policy lists no endpoint '10.0.0.3:80' of the service 'orders', but these: " + A
                            + ", " + B);
            assertThatThrownBy(() -> orders.requests("10.0.0.1:8080")).isInstanceOf(IllegalArgumentException.class);

            mesh.update(document("'retry': {'attempts': 0}").replace("10.0.0.2", "10.0.0.3"));
            assertThat(orders.endpointAnswers("10.0.0.3:80", FakeAnswer.ok("")).requests("10.0.0.3:80"))
                    .isEmpty();
        }
    }

    @Test
    void overrides_of_the_developer_do_not_act_in_tests() throws IOException {
        System.setProperty("mesh.override", "orders=http://localhost:8081");
        try (TestMesh mesh = TestMesh.of(document("'retry': {'attempts': 0}"))) {
            mesh.service("orders").endpointAnswers(A, FakeAnswer.ok("")).endpointAnswers(B, FakeAnswer.ok(""));
            get(mesh).close();
            assertThat(mesh.service("orders").requests(A).size()
                            + mesh.service("orders").requests(B).size())
                    .isEqualTo(1);
        } finally {
            System.clearProperty("mesh.override");
        }
    }

    @Test
    void keys_of_tokens_are_not_fetched() throws Exception {
        String document =
                document("'requestAuthentication': {'provider': 'corp'}").replaceFirst("\\{", """
                {"jwtProviders": {"corp": {"issuer": "https://id", "jwksUri": "http://localhost:1/jwks"}},""");
        try (TestMesh mesh = TestMesh.of(document, m -> m.workload(Workload.of("orders")))) {
            ECKey key = new ECKeyGenerator(Curve.P_256).keyID("1").generate();
            SignedJWT token = new SignedJWT(
                    new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("1").build(),
                    new JWTClaimsSet.Builder()
                            .issuer("https://id")
                            .audience("orders")
                            .expirationTime(Date.from(mesh.now().plusSeconds(60)))
                            .build());
            token.sign(new ECDSASigner(key));
            InboundResult result = mesh.mesh()
                    .inbound()
                    .authorize(InboundRequest.of("GET", "/")
                            .headers(name ->
                                    name.equalsIgnoreCase("authorization") ? "Bearer " + token.serialize() : null)
                            .build());
            assertThat(result.reason())
                    .contains("TestMesh fetches no keys: state them in the document, as jwks instead of jwksUri");
        }
    }

    @Test
    void each_name_is_an_endpoint_of_its_own() throws IOException {
        String document = Documents.mesh("shop")
                .services(Documents.service("orders")
                        .endpoint("a.int", 8080)
                        .endpoint("b.int", 8080)
                        .with("'resolution': 'DNS', 'retry': {'attempts': 0}"))
                .json();
        try (TestMesh mesh = TestMesh.of(document)) {
            FakeService orders = mesh.service("orders")
                    .endpointAnswers("a.int:8080", FakeAnswer.status(201))
                    .endpointAnswers("b.int:8080", FakeAnswer.status(202));
            for (int i = 0; i < 20; i++) {
                try (Response response = get(mesh)) {
                    DecisionAssertions.that(response).endpoint("192.0.2." + (response.code() - 200) + ":8080");
                }
            }
            assertThat(orders.requests("a.int:8080")).isNotEmpty();
            assertThat(orders.requests("b.int:8080")).isNotEmpty();
        }
    }

    @Test
    void an_answer_that_no_server_gives_is_refused_at_once() {
        refused(() -> FakeAnswer.status(99), "the status of a response is 200 to 599, not 99");
        refused(() -> FakeAnswer.status(204).body("x"), "a response 204 has no body");
        refused(() -> FakeAnswer.refused().body("x"), "an answer REFUSED is no response and has no body");
        refused(() -> FakeAnswer.reset().header("a", "b"), "an answer RESET is no response and has no header");
        refused(
                () -> FakeAnswer.ok("").after(Duration.ofSeconds(-1)),
                "an answer comes after a time of 0 or more, not PT-1S");
        try (TestMesh mesh = TestMesh.of(document("'retry': {'attempts': 0}"))) {
            assertThat(mesh.now()).isEqualTo("2026-01-01T00:00:00Z");
            refused(() -> mesh.advance(Duration.ofSeconds(-1)), "the clock is advanced by 0 or more, not by PT-1S");
        }
    }

    private static void refused(ThrowingCallable mistake, String message) {
        assertThatThrownBy(mistake).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
    }

    @Test
    void a_head_request_gets_no_body() throws IOException {
        try (TestMesh mesh = TestMesh.of(document("'retry': {'attempts': 0}"))) {
            mesh.service("orders").answers(FakeAnswer.ok("7 orders"));
            Request head =
                    new Request.Builder().url("http://orders/list").head().build();
            try (Response response = mesh.client().newCall(head).execute()) {
                assertThat(response.body().string()).isEmpty();
            }
        }
    }

    @Test
    void without_an_endpoint_the_mesh_says_no() {
        String document = Documents.mesh("shop")
                .services(Documents.service("orders").with("'endpoints': []"))
                .json();
        try (TestMesh mesh = TestMesh.of(document)) {
            NoHealthyEndpoint none = catchThrowableOfType(NoHealthyEndpoint.class, () -> get(mesh));
            DecisionAssertions.that(none).service("orders").attempts(1).outcomes("refused");
        }
    }

    @Test
    void a_check_that_fails_prints_the_decision() throws IOException {
        try (TestMesh mesh = TestMesh.of(document("'retry': {'attempts': 0}"));
                Response response = get(mesh)) {
            assertThatThrownBy(() -> DecisionAssertions.that(response).rule("writes"))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageStartingWith("expected rule <writes> but was <")
                    .hasMessageContaining("decision: policy ")
                    .hasMessageContaining("response 200");
        }
    }
}
