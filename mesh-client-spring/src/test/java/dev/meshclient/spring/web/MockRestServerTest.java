package dev.meshclient.spring.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.spring.MeshClient;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;
import org.springframework.boot.restclient.test.autoconfigure.AutoConfigureMockRestServiceServer;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.web.client.MockRestServiceServer;
import org.springframework.test.web.client.match.MockRestRequestMatchers;
import org.springframework.test.web.client.response.MockRestResponseCreators;
import org.springframework.web.client.RestClient;

/** A test as users write it: the mesh is on, and the mock answers. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.NONE,
        properties = {"mesh.snapshot.enabled=false", "mesh.client.services.orders.url=http://127.0.0.1:1"})
@AutoConfigureMockRestServiceServer
class MockRestServerTest {
    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class App {
        @Bean(defaultCandidate = false)
        @MeshClient("orders")
        RestClient.Builder ordersBuilder(RestClientBuilderConfigurer boot) {
            return boot.configure(RestClient.builder());
        }
    }

    @Test
    void the_mock_answers_and_no_call_uses_the_network(
            @Autowired @MeshClient("orders") RestClient.Builder orders, @Autowired MockRestServiceServer server) {
        server.expect(MockRestRequestMatchers.requestTo("http://orders/7"))
                .andRespond(MockRestResponseCreators.withSuccess().body("mocked"));
        assertThat(orders.build().get().uri("/7").retrieve().body(String.class)).isEqualTo("mocked");
        server.verify();
    }
}
