package dev.meshclient.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.Allocated;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceStateTest {
    @Test
    void an_event_during_a_notification_is_delivered_afterwards() {
        ServiceState service = new ServiceState();
        List<String> reported = new ArrayList<>();
        service.queueNotification(() -> {
            reported.add("first begins");
            service.queueNotification(() -> reported.add("second"));
            service.notifyListeners();
            reported.add("first ends");
        });
        service.notifyListeners();
        service.queueNotification(() -> reported.add("third"));
        assertThat(reported).containsExactly("first begins", "first ends", "second");
        service.notifyListeners();
        assertThat(reported).endsWith("second", "third");
    }

    @Test
    void what_is_known_of_an_endpoint_costs_at_most_48_bytes_and_64_more_once_it_was_called() {
        int count = 10_000;
        Object[] kept = new Object[count];
        long bytes = Allocated.bytes(() -> {
            for (int i = 0; i < count; i++) {
                kept[i] = new EndpointHealth("10.0.0.1", 80);
            }
        });
        assertThat((double) bytes / count).isBetween(32.0, 48.5);
        long results = Allocated.bytes(() -> {
            for (int i = 0; i < count; i++) {
                EndpointHealth endpoint = new EndpointHealth("10.0.0.1", 80);
                endpoint.good();
                kept[i] = endpoint;
            }
        });
        assertThat((double) (results - bytes) / count).isBetween(32.0, 64.5);
    }
}
