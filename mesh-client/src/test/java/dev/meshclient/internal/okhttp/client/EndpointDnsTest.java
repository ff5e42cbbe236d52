package dev.meshclient.internal.okhttp.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EndpointDnsTest {
    @Test
    void is_equal_to_that_of_the_same_address() {
        assertThat(new EndpointDns("10.0.0.1"))
                .isEqualTo(new EndpointDns("10.0.0.1"))
                .hasSameHashCodeAs(new EndpointDns("10.0.0.1"))
                .isNotEqualTo(new EndpointDns("10.0.0.2"));
    }
}
