package dev.meshclient.examples.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.meshclient.simulator.Account;
import dev.meshclient.simulator.Simulator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The policy of the orders service against a failing endpoint and the loss of a zone: two minutes of traffic. */
class OrdersPolicyTest {
    private static String resource(String name) throws IOException {
        try (InputStream in = OrdersPolicyTest.class.getResourceAsStream(name)) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void no_order_is_lost_when_a_zone_is_lost() throws IOException {
        Account account = Simulator.run(resource("policy.json"), resource("scenario.json"));

        account.check(); // the bounds of the scenario
        assertEquals(0, account.lost(), account::toString);
    }

    @Test
    void without_retries_and_ejection_orders_are_lost() throws IOException {
        String bare = resource("policy.json")
                .replace("\"attempts\": 2", "\"attempts\": 0")
                .replace("\"timeouts\"", "\"outlierDetection\": { \"consecutive5xxErrors\": 0 }, \"timeouts\"");

        Account account = Simulator.run(bare, resource("scenario.json"));

        assertTrue(account.lost() > 100, account::toString);
        assertTrue(account.violations().get(0).startsWith("atMost.lost: "), account::toString);
    }
}
