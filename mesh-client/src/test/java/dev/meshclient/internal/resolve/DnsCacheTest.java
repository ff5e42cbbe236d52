package dev.meshclient.internal.resolve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Thrown;
import dev.meshclient.internal.time.ThreadlessTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lookups after something else has failed. */
class DnsCacheTest {
    private static final long SECOND = 1_000_000_000L;

    private final ThreadlessTime time = new ThreadlessTime();
    private final List<String> lookedUp = new ArrayList<>();
    private int updates;
    private int failing;
    private Thrown thrown = Thrown.UNCHECKED;
    private final DnsCache names = new DnsCache(time, this::addresses, this::changed);

    private List<String> addresses(String name) {
        lookedUp.add(name);
        return List.of("10.0.0." + name.length());
    }

    private void changed() {
        updates++;
        if (failing > 0) {
            failing--;
            throw thrown.now();
        }
    }

    @Test
    void a_name_is_looked_up_again_after_no_thread_could_be_had() {
        names.name("orders");
        time.refuse(2);
        time.step(200 * SECOND);
        assertThat(lookedUp).hasSizeBetween(4, 6); // every 27 to 33 s, but for the two refused
    }

    @Test
    void a_name_is_looked_up_again_however_often_no_thread_could_be_had() {
        names.name("orders");
        time.refuse(20); // more than there are threads
        time.step(1200 * SECOND);
        assertThat(lookedUp).hasSizeGreaterThan(10);
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void an_update_that_fails_stops_neither_later_lookups_nor_its_repetition(Thrown ofUpdate) {
        thrown = ofUpdate;
        failing = 9; // more than there are threads
        for (int i = 1; i <= 10; i++) {
            names.name("n".repeat(i));
        }
        assertThat(lookedUp).hasSize(10);
        assertThat(updates).isEqualTo(10);
        time.step(40 * SECOND);
        assertThat(lookedUp).hasSize(20);
    }

    @Test
    void the_next_lookup_repeats_an_update_that_failed_although_the_addresses_are_the_same() {
        failing = 1;
        DnsEntry name = names.name("orders");
        assertThat(name.isFirstPending()).isFalse();
        time.step(40 * SECOND);
        assertThat(updates).isEqualTo(2);
        time.step(40 * SECOND);
        assertThat(updates).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whatever_the_resolver_throws_the_name_is_looked_up_again(Thrown thrown) {
        DnsCache failing = new DnsCache(
                time,
                name -> {
                    lookedUp.add(name);
                    throw thrown.now();
                },
                this::changed);
        List<DnsEntry> all = new ArrayList<>();
        for (int i = 1; i <= 10; i++) { // more than there are threads
            all.add(failing.name("n".repeat(i)));
        }
        assertThat(all).noneMatch(DnsEntry::isFirstPending);
        assertThat(lookedUp).hasSize(10);
        time.step(40 * SECOND);
        assertThat(lookedUp).hasSizeGreaterThanOrEqualTo(20);
    }
}
