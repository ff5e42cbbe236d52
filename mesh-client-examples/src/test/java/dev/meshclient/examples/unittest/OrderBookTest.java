package dev.meshclient.examples.unittest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.meshclient.DeadlineExceeded;
import dev.meshclient.Workload;
import dev.meshclient.test.DecisionAssertions;
import dev.meshclient.test.FakeAnswer;
import dev.meshclient.test.TestMesh;
import java.time.Duration;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrderBookTest {
    private static final String POLICY = """
            {
              "apiVersion": "meshclient.dev/v1",
              "kind": "MeshPolicy",
              "metadata": { "mesh": "shop" },
              "services": {
                "orders": {
                  "hosts": ["orders"],
                  "endpoints": [
                    { "address": "10.0.0.1", "port": 8080, "locality": "eu/eu-1a" },
                    { "address": "10.0.0.2", "port": 8080, "locality": "eu/eu-1b" }
                  ],
                  "timeouts": { "request": "2s" },
                  "retry": { "attempts": 1, "codes": [503], "retryOn": ["connect-failure"] }
                }
              }
            }
            """;

    private final TestMesh mesh = TestMesh.of(
            POLICY, builder -> builder.workload(Workload.of("checkout").zone("eu/eu-1a")));
    private final OrderBook book = new OrderBook(mesh.client());

    @AfterEach
    void close() {
        mesh.close();
    }

    @Test
    void asks_the_other_zone_when_the_own_one_is_down() throws Exception {
        mesh.service("orders")
                .endpointAnswers("10.0.0.1:8080", FakeAnswer.refused())
                .endpointAnswers("10.0.0.2:8080", FakeAnswer.ok("a book"));

        assertEquals("a book", book.order(7));

        assertEquals(
                "/v1/orders/7",
                mesh.service("orders").requests("10.0.0.2:8080").get(0).url().encodedPath());
    }

    @Test
    void gives_up_after_two_seconds_of_the_mesh() {
        mesh.service("orders").answers(FakeAnswer.ok("late").after(Duration.ofMinutes(5)));

        DeadlineExceeded late = assertThrows(DeadlineExceeded.class, () -> book.order(7));

        DecisionAssertions.that(late).service("orders").endpoint("10.0.0.1:8080");
    }

    @Test
    void a_503_is_asked_once_more() throws Exception {
        mesh.service("orders").answers(FakeAnswer.status(503), FakeAnswer.ok("a book"));

        Request request = new Request.Builder().url("http://orders/").build();
        try (Response response = mesh.client().newCall(request).execute()) {
            DecisionAssertions.that(response).attempts(2).endpoints("10.0.0.1:8080", "10.0.0.2:8080");
        }
    }
}
