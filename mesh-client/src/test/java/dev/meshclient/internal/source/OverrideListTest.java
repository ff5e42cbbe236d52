package dev.meshclient.internal.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The text of a system property or environment variable. */
class OverrideListTest {
    @Test
    void several_services_are_separated_by_commas() {
        assertThat(ServiceOverride.listed(
                        "variable", "orders=http://localhost:8081, billing = https://[::1]:8443/", "web"))
                .hasToString("[orders, http://localhost:8081/, billing, https://[::1]:8443/]");
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", " "})
    void nothing_stated_overrides_nothing(String stated) {
        assertThat(ServiceOverride.listed("variable", stated, "web")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "orders",
                "=http://localhost:1",
                "orders=localhost:1",
                "orders=http://localhost:1/api",
                "orders=http://localhost:1?x",
                "orders=http://me@localhost:1",
                "orders=http://:secret@localhost:1",
                "orders=http://localhost:1,",
                "web=http://localhost:1",
                "orders=http://localhost:1, orders=http://localhost:1",
                "orders=http://localhost:1,billing=http://localhost:2, orders =http://localhost:3"
            })
    void what_is_no_override_is_refused_with_its_origin(String stated) {
        assertThatThrownBy(() -> ServiceOverride.listed("environment variable MESH_OVERRIDE", stated, "web"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("environment variable MESH_OVERRIDE: ")
                .hasMessageContaining("http://localhost:8081");
    }
}
