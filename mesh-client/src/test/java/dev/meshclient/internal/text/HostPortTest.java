package dev.meshclient.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HostPortTest {
    @Test
    void an_IPv6_address_stands_in_brackets_and_nothing_else_does() {
        assertThat(HostPort.of("::1", 80)).isEqualTo("[::1]:80");
        assertThat(HostPort.of("10.0.0.1", 80)).isEqualTo("10.0.0.1:80");
        assertThat(HostPort.bracketed("orders")).isEqualTo("orders");
    }
}
