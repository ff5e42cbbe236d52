package dev.meshclient.internal.time;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NotificationsTest {
    private final Notifications notifications = new Notifications();
    private final List<String> delivered = new ArrayList<>();

    @Test
    void what_is_added_during_a_delivery_is_delivered_after_it() {
        notifications.add(() -> {
            notifications.add(() -> delivered.add("second"));
            notifications.deliver(); // not here: it would be delivered before the first is done
            delivered.add("first");
        });
        notifications.deliver();
        assertThat(delivered).containsExactly("first", "second");
    }

    @Test
    void one_that_fails_stops_neither_this_delivery_nor_the_next() {
        notifications.add(() -> {
            throw new AssertionError("a listener");
        });
        notifications.add(() -> delivered.add("first"));
        notifications.deliver();
        notifications.add(() -> delivered.add("second"));
        notifications.deliver();
        assertThat(delivered).containsExactly("first", "second");
    }
}
