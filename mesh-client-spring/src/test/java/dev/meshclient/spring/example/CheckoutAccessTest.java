package dev.meshclient.spring.example;

import static dev.meshclient.spring.test.MeshMockMvc.peer;
import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.spring.test.AutoConfigureMeshRegistry;
import dev.meshclient.spring.test.MeshTestRegistry;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

@SpringBootTest(properties = {"spring.application.name=checkout", "mesh.server.authorization=enforce"})
@AutoConfigureMockMvc
@AutoConfigureMeshRegistry(policy = "classpath:mesh/checkout.json")
class CheckoutAccessTest {
    @Autowired
    MockMvcTester mvc;

    @Test
    void only_the_frontend_may_check_out(@Autowired MeshTestRegistry registry) {
        registry.service("orders").answers(ResponseEntity.ok("order 7"));

        assertThat(mvc.get().uri("/checkout").with(peer("spiffe://shop.example/frontend")))
                .hasStatusOk();
        assertThat(mvc.get().uri("/checkout").with(peer("spiffe://shop.example/reports")))
                .hasStatus(HttpStatus.FORBIDDEN);
        assertThat(mvc.get().uri("/checkout")).hasStatus(HttpStatus.FORBIDDEN);
    }
}
