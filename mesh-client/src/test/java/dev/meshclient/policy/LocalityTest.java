package dev.meshclient.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LocalityTest {
    @Test
    void is_equal_to_another_one_with_the_same_region_zone_and_subzone() {
        Locality locality = new Locality("eu", "a", "1");
        assertThat(locality)
                .isEqualTo(new Locality("eu", "a", "1"))
                .hasSameHashCodeAs(new Locality("eu", "a", "1"))
                .isNotEqualTo(new Locality("us", "a", "1"))
                .isNotEqualTo(new Locality("eu", "b", "1"))
                .isNotEqualTo(new Locality("eu", "a", "2"))
                .isNotEqualTo("eu/a/1");
    }
}
