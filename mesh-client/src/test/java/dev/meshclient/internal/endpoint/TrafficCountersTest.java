package dev.meshclient.internal.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.internal.call.Allocated;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.LocalityLbSetting.Places;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrafficCountersTest {
    private static Locality locality(String text) {
        Places places = Places.of(text);
        return new Locality(places.region(), places.zone(), places.subzone());
    }

    @ParameterizedTest
    @CsvSource({
        "eu/a, eu/a, SAME_ZONE",
        "eu/a/1, eu/a/2, SAME_ZONE",
        "*/a, eu/a, SAME_ZONE",
        "eu/a, eu/b, CROSS_ZONE",
        "eu/a, */b, CROSS_ZONE",
        "eu/a, us/a, CROSS_REGION",
        "eu, us/a, CROSS_REGION",
        "eu, us, CROSS_REGION",
        "eu/a, eu, UNKNOWN",
        "eu/a, *, UNKNOWN",
        "*, eu/a, UNKNOWN",
        "*, *, UNKNOWN"
    })
    void how_far_it_is(String from, String to, Distance distance) {
        assertThat(Distance.between(locality(from), locality(to))).isEqualTo(distance);
        assertThat(Distance.between(locality(to), locality(from))).isEqualTo(distance);
    }

    @Test
    void each_distance_is_counted_alone() {
        TrafficCounters transit = new TrafficCounters();
        transit.begun(Distance.SAME_ZONE, true);
        transit.begun(Distance.CROSS_ZONE, true);
        transit.begun(Distance.CROSS_ZONE, false);
        transit.carried(Distance.CROSS_ZONE, 7, 0);
        transit.carried(Distance.CROSS_ZONE, 0, 20);
        assertThat(transit.requests(Distance.SAME_ZONE)).isEqualTo(1);
        assertThat(transit.requests(Distance.CROSS_ZONE)).isEqualTo(2);
        assertThat(transit.requests(Distance.CROSS_REGION)).isZero();
        assertThat(transit.plaintext()).isEqualTo(2);
        assertThat(transit.sentBytes(Distance.CROSS_ZONE)).isEqualTo(7);
        assertThat(transit.receivedBytes(Distance.CROSS_ZONE)).isEqualTo(20);
        assertThat(transit.sentBytes(Distance.SAME_ZONE)).isZero();
    }

    @Test
    void counting_allocates_nothing() {
        TrafficCounters transit = new TrafficCounters();
        Locality here = locality("eu/a");
        Locality there = locality("eu/b");
        long bytes = Allocated.bytes(() -> {
            for (int i = 0; i < 100_000; i++) {
                Distance distance = Distance.between(here, there);
                transit.begun(distance, false);
                transit.carried(distance, 1, 1);
            }
        });
        assertThat(bytes).as("bytes of 100,000").isLessThan(100_000);
    }
}
