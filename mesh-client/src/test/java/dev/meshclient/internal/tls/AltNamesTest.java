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

    @ParameterizedTest
    @CsvSource({
        "DNS, bank.example, bank.example, true",
        "DNS, bank.example, BANK.example, true",
        "DNS, *.example, bank.example, false",
        "DNS, spiffe://bank.example/pay, spiffe://bank.example/pay, false",
        "DNS, https://bank.example/, https://bank.example/, false",
        "DNS, 127.0.0.1, 127.0.0.1, false",
        "DNS, ::1, ::1, false",
        "DNS, abcd:0:0:0:0:0:0:1, abcd::1, false",
        "URI, spiffe://bank.example/pay, spiffe://bank.example/pay, true",
        "URI, spiffe://bank.example/pay, SPIFFE://bank.example/pay, false",
        "URI, urn:ab:cd, urn:ab:cd, true",
        "URI, bank.example, bank.example, false",
        "URI, 127.0.0.1, 127.0.0.1, false",
        "URI, ::1, ::1, false",
        "IP, 127.0.0.1, 127.0.0.1, true",
        "IP, 127.0.0.1, 127.0.0.2, false",
        "IP, 2001:db8::1, 2001:DB8:0:0::1, true",
        "IP, abcd::1, [abcd::1], true",
        "IP, 127.0.0.1, a.b, false",
        "EMAIL, spiffe://bank.example/pay, spiffe://bank.example/pay, false",
        "EMAIL, bank.example, bank.example, false",
        "EMAIL, 127.0.0.1, 127.0.0.1, false",
    })
    void a_name_of_a_certificate_is_compared_with_names_of_its_kind(
            String kind, String own, String wanted, boolean expected) {
        int tag =
                switch (kind) {
                    case "DNS" -> GeneralName.dNSName;
                    case "URI" -> GeneralName.uniformResourceIdentifier;
                    case "IP" -> GeneralName.iPAddress;
                    default -> GeneralName.rfc822Name;
                };
        assertThat(AltNames.hasOneOf(
                        ROOT.issue(TestCertificates.host("a.example").name(new GeneralName(tag, own)))
                                .certificate(),
                        List.of("no.example", wanted)))
                .isEqualTo(expected);
    }
}
