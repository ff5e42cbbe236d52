package dev.meshclient.spring.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.jetty.autoconfigure.reactive.JettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.reactive.TomcatReactiveWebServerAutoConfiguration;
import reactor.core.publisher.Hooks;

class NettyAuthorizationTest extends InboundContract {
    NettyAuthorizationTest() {
        super(
                WebApplicationType.REACTIVE,
                true,
                ReactiveApi.class,
                JettyReactiveWebServerAutoConfiguration.class,
                TomcatReactiveWebServerAutoConfiguration.class);
    }

    @AfterAll
    static void otherTestsHaveNoPropagation() {
        Hooks.disableAutomaticContextPropagation();
    }

    @Test
    void the_connector_of_web_client_takes_the_context_from_reactor() throws IOException {
        assertThat(answer(STOREFRONT, "/api/web-client", "x-mesh-attempt", "2", "baggage", "user=ann"))
                .endsWith(" 2 user=ann");
    }

    @Test
    void a_request_stays_on_the_event_loop_with_a_token_too() throws IOException {
        assertThat(answer(STOREFRONT, "/api/thread")).isEqualTo("200 false");
        assertThat(answer(STOREFRONT, "/api/thread", "Authorization", "Bearer " + POLICY.token("ann")))
                .isEqualTo("200 false");
    }

    @Test
    void a_page_that_is_not_found_counts_as_404() throws IOException {
        double before = counted("404");
        assertThat(answer(STOREFRONT, "/api/nothing")).startsWith("404 ");
        await().atMost(WAIT).until(() -> counted("404") == before + 1);
    }
}
