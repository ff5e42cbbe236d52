package dev.meshclient.spring.example;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.spring.test.AutoConfigureMeshRegistry;
import dev.meshclient.spring.test.MeshTestRegistry;
import dev.meshclient.test.DecisionAssertions;
import java.io.IOException;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.http.ResponseEntity;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@SpringBootTest
@AutoConfigureMockMvc
@AutoConfigureMeshRegistry
class CheckoutTest {
    @Autowired
    MockMvcTester mvc;

    @Autowired
    MeshTestRegistry registry;

    @Test
    void repeats_a_request_that_orders_cannot_answer_now() {
        registry.service("orders").answers(ResponseEntity.status(503).build(), ResponseEntity.ok("order 7"));

        assertThat(mvc.get().uri("/checkout")).hasStatusOk().bodyText().startsWith("order 7");
        assertThat(registry.service("orders").requests()).hasSize(2);
        DecisionAssertions.that(registry.lastCall("orders")).attempts(2).outcomes("response", "response");
    }

    @Test
    void calls_a_server_of_the_test() throws IOException {
        try (MockWebServer orders = new MockWebServer()) {
            orders.start();
            orders.enqueue(new MockResponse.Builder().body("order 7").build());
            registry.service("orders").endpoint(orders.url("/"));

            assertThat(mvc.get().uri("/checkout")).hasStatusOk().bodyText().startsWith("order 7");
        }
    }
}
