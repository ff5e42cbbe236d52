package dev.meshclient.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpiffeIdTest {
    @Test
    void has_a_trust_domain_and_a_path() {
        SpiffeId id = SpiffeId.parse("spiffe://cluster.local/ns/shop/sa/orders");

        assertThat(id.trustDomain()).isEqualTo("cluster.local");
        assertThat(id.path()).isEqualTo("/ns/shop/sa/orders");
        assertThat(id).hasToString("spiffe://cluster.local/ns/shop/sa/orders");
        assertThat(id.isMemberOf("cluster.local")).isTrue();
        assertThat(id.isMemberOf("local")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "spiffe://a",
                "spiffe://10.0.0.1/x",
                "spiffe://under_score.example-1/x",
                "spiffe://a/A-Z_0.9/...",
                "spiffe://..a/x"
            })
    void is_what_the_standard_allows(String id) {
        assertThat(SpiffeId.parse(id)).hasToString(id);
    }

    @ParameterizedTest
    @CsvSource({
        "'', does not begin with",
        "http://a/b, does not begin with",
        "Spiffe://a/b, does not begin with",
        "spiffe:/a/b, does not begin with",
        "spiffe://, trust domain is empty",
        "spiffe:///b, trust domain is empty",
        "spiffe://A.example/b, trust domain has 'A'",
        "spiffe://a:80/b, trust domain has ':'",
        "spiffe://u@a/b, trust domain has '@'",
        "spiffe://a%20/b, trust domain has '%'",
        "spiffe://[::1]/b, trust domain has '['",
        "spiffe://a?q=1, trust domain has '?'",
        "spiffe://a#f, trust domain has '#'",
        "spiffe://ä/b, trust domain has 'ä'",
        "spiffe://a/, path ends with '/'",
        "spiffe://a/b/, path ends with '/'",
        "spiffe://a//b, segment ''",
        "spiffe://a/./b, segment '.'",
        "spiffe://a/../b, segment '..'",
        "spiffe://a/b%41, path has '%'",
        "spiffe://a/b?q, path has '?'",
        "spiffe://a/b#f, path has '#'",
        "spiffe://a/b c, path has ' '",
        "spiffe://a/bé, path has 'é'",
    })
    void is_nothing_else(String id, String rule) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpiffeId.parse(id))
                .withMessageContaining("'" + id + "' is no SPIFFE ID: ")
                .withMessageContaining(rule);
    }

    @Test
    void has_at_most_2048_bytes_and_its_trust_domain_255() {
        String longest = "spiffe://a/" + "b".repeat(2048 - 11);
        assertThat(SpiffeId.parse(longest).toString()).hasSize(2048);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpiffeId.parse(longest + "b"))
                .withMessageContaining("2049 bytes, at most 2048");

        assertThat(SpiffeId.parse("spiffe://" + "a".repeat(255) + "/b").trustDomain())
                .hasSize(255);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> SpiffeId.parse("spiffe://" + "a".repeat(256) + "/b"))
                .withMessageContaining("trust domain has 256 bytes, at most 255");
    }

    @Test
    void cannot_be_made_past_the_rules() {
        assertThatIllegalArgumentException().isThrownBy(() -> new SpiffeId("a/b", ""));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new SpiffeId("a", "b"))
                .withMessageContaining("does not begin with '/'");
    }

    /** A client can write any: its certificate must not count as one without an ID. */
    @Test
    void is_stated_by_a_certificate_in_any_form() {
        TestCertificates root = TestCertificates.root("ca");
        for (TestCertificates.Wanted claims : List.of(
                TestCertificates.svid("spiffe://shop.example/orders"),
                TestCertificates.svid("spiffe://shop.example/orders").uri("https://shop.example"),
                TestCertificates.svid("https://shop.example").uri("SPIFFE://shop.example/orders"),
                TestCertificates.svid("spiffe:orders"),
                TestCertificates.svid("spiffe://not a URI"))) {
            assertThat(SpiffeId.isStatedBy(root.issue(claims).certificate())).isTrue();
        }
        for (TestCertificates.Wanted none : List.of(
                TestCertificates.host("orders"),
                TestCertificates.svid("https://shop.example/spiffe:orders"),
                TestCertificates.authority("without names"))) {
            assertThat(SpiffeId.isStatedBy(root.issue(none).certificate())).isFalse();
        }
    }
}
