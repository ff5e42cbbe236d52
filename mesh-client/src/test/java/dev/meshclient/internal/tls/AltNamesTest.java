package dev.meshclient.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.identity.TestCertificates;
import java.util.List;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each name is compared with names of its kind: RFC 6125 6.2, and JDK's HostnameChecker for addresses. */
class AltNamesTest {
    private static final TestCertificates ROOT = TestCertificates.root("one");

    private static boolean has(int kind, String own, String wanted) {
        return AltNames.hasOneOf(
                ROOT.issue(TestCertificates.host("a.example").name(new GeneralName(kind, own)))
                        .certificate(),
                List.of("no.example", wanted));
    }

    @ParameterizedTest
    @CsvSource({
        "bank.example, bank.example, true",
        "bank.example, BANK.example, true",
        "*.example, bank.example, false",
        "spiffe://bank.example/pay, spiffe://bank.example/pay, false",
        "https://bank.example/, https://bank.example/, false",
        "127.0.0.1, 127.0.0.1, false",
        "::1, ::1, false",
        "abcd:0:0:0:0:0:0:1, abcd::1, false",
    })
    void of_a_certificate_with_a_dns_name(String own, String wanted, boolean expected) {
        assertThat(has(GeneralName.dNSName, own, wanted)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "spiffe://bank.example/pay, spiffe://bank.example/pay, true",
        "spiffe://bank.example/pay, SPIFFE://bank.example/pay, false",
        "urn:ab:cd, urn:ab:cd, true",
        "bank.example, bank.example, false",
        "127.0.0.1, 127.0.0.1, false",
        "::1, ::1, false",
    })
    void of_a_certificate_with_a_uri(String own, String wanted, boolean expected) {
        assertThat(has(GeneralName.uniformResourceIdentifier, own, wanted)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1, true",
        "127.0.0.1, 127.0.0.2, false",
        "2001:db8::1, 2001:DB8:0:0::1, true",
        "abcd::1, [abcd::1], true",
        "127.0.0.1, a.b, false",
    })
    void of_a_certificate_with_an_address(String own, String wanted, boolean expected) {
        assertThat(has(GeneralName.iPAddress, own, wanted)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"spiffe://bank.example/pay", "bank.example", "127.0.0.1"})
    void a_name_of_another_kind_is_none(String name) {
        assertThat(has(GeneralName.rfc822Name, name, name)).isFalse();
    }
}
