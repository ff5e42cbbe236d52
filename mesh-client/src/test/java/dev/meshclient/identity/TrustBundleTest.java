package dev.meshclient.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrustBundleTest {
    private static final TestCertificates ROOT = TestCertificates.root("root");
    private static final TestCertificates NEXT = TestCertificates.root("next");

    @Test
    void is_made_of_pem() throws CertificateException {
        TrustBundle bundle =
                TrustBundle.fromPem("a.example", ROOT.certificatePem() + NEXT.certificatePem() + ROOT.certificatePem());

        assertThat(bundle.x509Authorities()).containsExactly(ROOT.certificate(), NEXT.certificate());
        assertThatThrownBy(() -> TrustBundle.fromPem("a.example", "words"))
                .hasMessageStartingWith("the bundle of trust domain 'a.example' holds no certificate in PEM");
        assertThatIllegalArgumentException().isThrownBy(() -> TrustBundle.of("A.example", List.of()));
    }

    @Test
    void is_made_of_a_jwk_set() throws Exception {
        TrustBundle bundle = TrustBundle.fromSpiffeJwks(
                "a.example", "{\"spiffe_sequence\": 3, \"spiffe_refresh_hint\": 60, \"keys\": [" + x509(ROOT) + "]}");

        assertThat(bundle.x509Authorities()).containsExactly(ROOT.certificate());
        assertThat(bundle.sequence()).isEqualTo(3);
        assertThat(bundle.refreshHint()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void without_keys_trusts_no_peer() throws CertificateException {
        TrustBundle bundle = TrustBundle.fromSpiffeJwks("a.example", "{\"keys\": []}");

        assertThat(bundle.x509Authorities()).isEmpty();
        assertThat(bundle.sequence()).isNull();
        assertThat(bundle.refreshHint()).isNull();
    }

    @Test
    void passes_over_keys_that_it_does_not_know() throws Exception {
        String json =
                "{\"keys\": [{\"use\": \"wit-svid\"}, {\"kty\": \"EC\"}, {\"use\": \"jwt-svid\", \"kty\": \"OKP\"}, "
                        + "{\"use\": \"x509-svid\", \"kty\": \"EC\"}, " + x509(ROOT) + "]}";

        assertThat(TrustBundle.fromSpiffeJwks("a.example", json).x509Authorities())
                .containsExactly(ROOT.certificate());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[]|no array 'keys'",
                "{}|no array 'keys'",
                "{'keys': 1}|no array 'keys'",
                "{'keys': []} x|no JSON that can be read",
                "{'keys': [], 'keys': []}|Duplicate field 'keys'",
                "{'keys': [], 'spiffe_sequence': 1.5}|'spiffe_sequence' is 1.5, no integer",
                "{'keys': [], 'spiffe_sequence': '1'}|'spiffe_sequence' is \"1\", no integer",
                "{'keys': [{'use': 'x509-svid'}]}|keys[0] has no key type 'kty'",
                "{'keys': [{'use': 'x509-svid', 'kty': 'EC', 'kid': 'a'}]}|keys[0] is for X.509-SVIDs and has a 'kid'",
                "{'keys': [{'use': 'x509-svid', 'kty': 'EC', 'x5c': ['AAAA']}]}|keys[0].x5c[0] is no certificate",
                "{'keys': [{'use': 'x509-svid', 'kty': 'EC', 'x5c': 'AAAA'}]}|keys[0].x5c is no array",
                "{'keys': [{'use': 'jwt-svid', 'kty': 'EC'}]}|keys[0] is for JWT-SVIDs and has no 'kid'",
                "{'keys': [{'use': 'jwt-svid', 'kty': 'EC', 'kid': 'a', 'crv': 'P-1'}]}|its curve is 'P-1'",
                "{'keys': [{'use': 'jwt-svid', 'kty': 'RSA', 'kid': 'a', 'e': 'AQAB'}]}|'n' is missing",
            })
    void names_the_rule_that_is_broken(String json, String rule) {
        assertThatThrownBy(() -> TrustBundle.fromSpiffeJwks("a.example", json.replace('\'', '"')))
                .isInstanceOf(CertificateException.class)
                .hasMessageStartingWith("the bundle of trust domain 'a.example' is ")
                .hasMessageContaining(rule);
    }

    @Test
    void is_one_of_several_and_each_trust_domain_has_one() throws Exception {
        TrustBundles both = TrustBundles.of(ROOT.bundle("b.example"), NEXT.bundle("a.example"));

        assertThat(both.trustDomains()).containsExactly("a.example", "b.example");
        assertThat(both.of("a.example")).isEqualTo(NEXT.bundle("a.example"));
        assertThat(both.of("c.example")).isNull();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> both.and(NEXT.bundle("b.example")))
                .withMessageContaining("two bundles of trust domain 'b.example'");
        assertThatThrownBy(() -> TrustBundles.fromSpiffeBundleMap(
                        "{\"trust_domains\": {\"a\": {\"keys\": []}, \"a\": {\"keys\": []}}}"))
                .hasMessageContaining("Duplicate field 'a'");
        assertThat(TrustBundles.fromSpiffeBundleMap("{\"trust_domains\": {\"a\": {\"keys\": []}, \"b\": {}}}")
                        .trustDomains())
                .containsExactly("a", "b");
    }

    private static String x509(TestCertificates root) throws Exception {
        return "{\"use\": \"x509-svid\", \"kty\": \"EC\", \"x5c\": [\""
                + Base64.getEncoder().encodeToString(root.certificate().getEncoded()) + "\"]}";
    }
}
