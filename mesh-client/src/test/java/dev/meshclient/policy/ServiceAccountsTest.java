package dev.meshclient.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceAccountsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "...",
                ".a",
                "a..",
                "ns/prod/sa/a",
                "spiffe://shop.example/a/b",
                "{service}",
                "a/.{service}",
                "{service}{service}/a"
            })
    void paths_of_whole_segments_are_taken(String text) {
        assertThat(ServiceAccounts.TEMPLATE.matcher(text).matches()).isTrue();
        assertThat(ServiceAccounts.ACCOUNT.matcher(text).matches()).isEqualTo(!text.contains("{"));
        assertThat(ServiceAccounts.ID.matcher("spiffe://shop.example/" + text).matches())
                .isEqualTo(!text.contains("{") && !text.contains(":"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "./a",
                "../a",
                "a/.",
                "a/..",
                "a/./b",
                "a/../b",
                "spiffe://shop.example",
                "spiffe://shop.example/",
                "spiffe://shop.example//a",
                "spiffe://shop.example/../a",
                "a b",
                "a\n",
                "..\n",
                "a:b"
            })
    void empty_segments_and_those_of_dots_are_not(String text) {
        assertThat(ServiceAccounts.TEMPLATE.matcher(text).matches()).isFalse();
        assertThat(ServiceAccounts.ACCOUNT.matcher(text).matches()).isFalse();
        assertThat(ServiceAccounts.ID.matcher("spiffe://shop.example/" + text).matches())
                .isFalse();
    }

    @Test
    void the_longest_ones_cost_no_stack() throws PolicyException {
        for (String longest : new String[] {
            "a".repeat(ServiceAccounts.MAX), "a/".repeat(ServiceAccounts.MAX / 2 - 1) + "a", "{service}".repeat(227)
        }) {
            PolicyDocument read = Documents.mesh("m")
                    .with("'trustDomain': 'shop.example', 'defaults': {'serviceAccount': '" + longest + "'}")
                    .services(Documents.service("orders")
                            .endpoint("10.0.0.1", 1, "'serviceAccount': '" + longest.replace("{service}", "a") + "'"))
                    .read();

            assertThat(read.refused()).isEmpty();
        }
    }
}
