package dev.meshclient.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.Allocated;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceStateTest {
    @Test
    void what_happens_while_it_is_told_is_told_afterwards() {
        ServiceState fleet = new ServiceState();
        List<String> told = new ArrayList<>();
        fleet.happened(() -> {
            told.add("first begins");
            fleet.happened(() -> told.add("second"));
            fleet.tell();
            told.add("first ends");
        });
        fleet.tell();
        fleet.happened(() -> told.add("third"));
        assertThat(told).containsExactly("first begins", "first ends", "second");
        fleet.tell();
        assertThat(told).endsWith("second", "third");
    }

    @Test
    void an_endpoint_costs_at_most_128_bytes() {
        int count = 10_000;
        Object[] kept = new Object[count];
        long bytes = Allocated.bytes(() -> {
            for (int i = 0; i < count; i++) {
                kept[i] = new EndpointState("10.0.0.1:80");
            }
        });
        assertThat((double) bytes / count).isBetween(64.0, 128.0);
    }
}
