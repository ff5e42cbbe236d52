package dev.meshclient.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HopTest {
    @ParameterizedTest
    @CsvSource({"a, a, a, 0", "a, a, b, 1", "a, b, b, 1", "a, b, a, 2", "a, b, c, 2"})
    void each_change_of_zone_is_one_crossing(String first, String second, String third, int crossings) {
        Hop.Way way = Hop.Way.parse("service-a/v1/" + first + " service-b/v2/" + second + " service-c/v1/" + third);
        assertThat(way.crossings()).isEqualTo(crossings);
        assertThat(way.passes("service-b", "v2")).isTrue();
        assertThat(way.passes("service-b", "v1")).isFalse();
    }

    @Test
    void what_is_not_a_way_is_refused() {
        assertThatThrownBy(() -> Hop.Way.parse("service-a/v1/a java.io.IOException"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("not the way of a call: service-a/v1/a java.io.IOException");
    }
}
