package dev.meshclient.internal.time;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Thrown;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

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

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void one_that_fails_stops_neither_this_delivery_nor_the_next(Thrown thrown) {
        notifications.add(() -> {
            throw thrown.now();
        });
        notifications.add(() -> delivered.add("first"));
        notifications.deliver();
        notifications.add(() -> delivered.add("second"));
        notifications.deliver();
        assertThat(delivered).containsExactly("first", "second");
    }

    @Test
    void an_interrupt_that_a_listener_throws_undeclared_is_kept() {
        notifications.add(() -> {
            throw Thrown.<RuntimeException>unseen(new InterruptedException());
        });
        notifications.deliver();
        assertThat(Thread.interrupted()).isTrue();
    }
}
