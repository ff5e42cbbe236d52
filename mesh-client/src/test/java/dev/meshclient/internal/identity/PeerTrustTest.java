package dev.meshclient.internal.identity;

import static dev.meshclient.identity.TestCertificates.NOW;
import static dev.meshclient.identity.TestCertificates.authority;
import static dev.meshclient.identity.TestCertificates.host;
import static dev.meshclient.identity.TestCertificates.svid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.identity.SpiffeId;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.TestCertificates.Wanted;
import dev.meshclient.identity.TrustBundle;
import dev.meshclient.identity.TrustBundles;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.assertj.core.api.AbstractThrowableAssert;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERUTF8String;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.OtherName;
import org.junit.jupiter.api.Test;

class PeerTrustTest {
    private static final String ORDERS = "spiffe://shop.example/orders";
    private static final TestCertificates ROOT = TestCertificates.root("shop root");
    private static final TestCertificates OTHER = TestCertificates.root("partner root");
    private static final TrustBundles BUNDLES =
            TrustBundles.of(ROOT.bundle("shop.example"), OTHER.bundle("partner.example"));

    @Test
    void takes_the_peer_that_was_meant() {
        assertThatCode(() -> check(ROOT.issue(svid(ORDERS)))).doesNotThrowAnyException();
        assertThatCode(() -> check(ROOT.issue(svid(ORDERS).dns("orders").purposes())))
                .doesNotThrowAnyException();
        assertThatCode(() ->
                        check(ROOT.issue(svid(ORDERS).usage(KeyUsage.digitalSignature | KeyUsage.keyEncipherment))))
                .doesNotThrowAnyException();
    }

    @Test
    void takes_a_chain_over_signing_certificates_of_the_trust_domain() {
        TestCertificates intermediate = ROOT.issue(authority("intermediate").uri("spiffe://shop.example"));

        assertThatCode(() -> check(intermediate.issue(svid(ORDERS)))).doesNotThrowAnyException();
        assertThatCode(() -> check(ROOT.issue(authority("older").uri("spiffe://shop.example/"))
                        .issue(svid(ORDERS))))
                .doesNotThrowAnyException();
    }

    @Test
    void takes_clients_as_it_takes_servers() throws CertificateException {
        X509Certificate[] chain = ROOT.issue(svid(ORDERS)).presented();

        PeerTrust.ofAnySvid(BUNDLES, () -> NOW).checkClientTrusted(chain, "UNKNOWN");
        assertThatThrownBy(
                        () -> PeerTrust.ofAnySvid(TrustBundles.NONE, () -> NOW).checkClientTrusted(chain, "UNKNOWN"))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void names_whom_it_met_and_whom_it_expected() {
        refused(ROOT.issue(svid("spiffe://shop.example/billing")))
                .hasMessage("the peer is 'spiffe://shop.example/billing', expected is one of [" + ORDERS + "]");
        assertThatThrownBy(() -> PeerTrust.ofSvids(BUNDLES, Set.of(), () -> NOW)
                        .checkServerTrusted(ROOT.issue(svid(ORDERS)).presented(), "UNKNOWN"))
                .hasMessageContaining("orders', no name is allowed");
    }

    @Test
    void wants_exactly_one_uri() {
        refused(ROOT.issue(host("orders"))).hasMessageContaining("has no URI among its subject alternative names");
        refused(ROOT.issue(svid(ORDERS).uri("spiffe://shop.example/billing")))
                .hasMessageContaining("has 2 URIs [" + ORDERS + ", spiffe://shop.example/billing]");
        refused(ROOT.issue(svid(ORDERS).uri("https://orders.example"))).hasMessageContaining("2 URIs");
        refused(ROOT.issue(svid("https://orders.example")))
                .hasMessageContaining("'https://orders.example' is no SPIFFE ID: it does not begin with 'spiffe://'");
    }

    @Test
    void keeps_the_rules_for_leaves() {
        refused(ROOT.issue(svid("spiffe://shop.example"))).hasMessageContaining("the ID of a leaf has a path");
        refused(ROOT.issue(svid(ORDERS).ca().usage(KeyUsage.digitalSignature))).hasMessageContaining("cA is true");
        refused(ROOT.issue(svid(ORDERS).usage(0))).hasMessageContaining("it has no key usage");
        refused(ROOT.issue(svid(ORDERS).usage(KeyUsage.keyEncipherment)))
                .hasMessageContaining("its key usage lacks digitalSignature");
        refused(ROOT.issue(svid(ORDERS).usage(KeyUsage.digitalSignature | KeyUsage.keyCertSign)))
                .hasMessageContaining("its key usage has keyCertSign");
        refused(ROOT.issue(svid(ORDERS).usage(KeyUsage.digitalSignature | KeyUsage.cRLSign)))
                .hasMessageContaining("its key usage has cRLSign");
        refused(ROOT.issue(svid(ORDERS).purposes(KeyPurposeId.id_kp_serverAuth)))
                .hasMessageContaining("its extended key usage lacks clientAuth");
        refused(ROOT.issue(svid(ORDERS).purposes(KeyPurposeId.id_kp_clientAuth)))
                .hasMessageContaining("its extended key usage lacks serverAuth");
    }

    @Test
    void keeps_the_rules_for_signing_certificates() {
        refused(ROOT.issue(authority("i").uri("spiffe://shop.example/ca")).issue(svid(ORDERS)))
                .hasMessageContaining("certificate 2 of its chain, 'CN=i', has the ID 'spiffe://shop.example/ca', "
                        + "that of a signing certificate has no path");
        refused(ROOT.issue(host("i")).issue(svid(ORDERS))).hasMessageContaining("cA is false");
        refused(ROOT.issue(authority("i").usage(KeyUsage.digitalSignature)).issue(svid(ORDERS)))
                .hasMessageContaining("lacks keyCertSign");
    }

    @Test
    void takes_the_word_of_a_trust_domain_for_its_own_members_only() {
        refused(OTHER.issue(svid(ORDERS)))
                .hasMessageContaining(
                        "the peer '" + ORDERS + "' is not trusted: its certificate, issued by 'CN=partner root', "
                                + "does not lead to one of the 1 authorities of trust domain 'shop.example' ('CN=shop root')");
        refused(ROOT.issue(svid("spiffe://partner.example/orders")))
                .hasMessageContaining("trust domain 'partner.example'");
    }

    @Test
    void names_the_trust_domains_that_are_known() {
        refused(ROOT.issue(svid("spiffe://elsewhere/orders")))
                .hasMessage(
                        "the peer 'spiffe://elsewhere/orders' is of trust domain 'elsewhere', of which there is no bundle; "
                                + "known are [partner.example, shop.example]");
    }

    @Test
    void trusts_no_peer_by_an_empty_bundle() {
        TrustBundles revoked =
                TrustBundles.of(TrustBundle.of("shop.example", List.of()), OTHER.bundle("partner.example"));

        assertThatThrownBy(() -> of(revoked, NOW)
                        .checkServerTrusted(ROOT.issue(svid(ORDERS)).presented(), "UNKNOWN"))
                .hasMessageContaining("no authorities of trust domain 'shop.example' (an empty bundle revokes all)");
    }

    @Test
    void uses_the_clock_that_it_gets() {
        Wanted wanted = svid(ORDERS);
        TestCertificates leaf = ROOT.issue(wanted);

        assertThatThrownBy(() -> of(BUNDLES, TestCertificates.END.plus(Duration.ofHours(3)))
                        .checkServerTrusted(leaf.presented(), "UNKNOWN"))
                .hasMessage("the peer '" + ORDERS + "' is not trusted: its certificate has expired at "
                        + TestCertificates.END + " (3 h ago)");
        assertThatThrownBy(() -> of(BUNDLES, TestCertificates.START.minusSeconds(30))
                        .checkServerTrusted(leaf.presented(), "UNKNOWN"))
                .hasMessageContaining(
                        "is valid only from " + TestCertificates.START + " (in 30 s; is the clock right?)");
    }

    @Test
    void names_the_certificate_of_the_chain_that_expired() {
        Instant soon = NOW.minusSeconds(60);
        TestCertificates intermediate = ROOT.issue(authority("i").valid(TestCertificates.START, soon));

        refused(intermediate.issue(svid(ORDERS)))
                .hasMessageContaining("certificate 2 of its chain has expired at " + soon);
    }

    @Test
    void does_not_trust_an_authority_that_has_expired() {
        Instant expiry = TestCertificates.START.plus(Duration.ofDays(1));
        TestCertificates old = ROOT.issue(authority("old").valid(TestCertificates.START, expiry));
        TestCertificates peer = old.issue(svid(ORDERS));
        TrustBundle alone = TrustBundle.of("shop.example", List.of(old.certificate()));
        TrustBundle both = TrustBundle.of("shop.example", List.of(old.certificate(), OTHER.certificate()));
        X509Certificate[] leaf = {peer.certificate()};

        assertThatCode(() -> of(TrustBundles.of(alone), expiry.minusSeconds(1)).checkServerTrusted(leaf, "UNKNOWN"))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> of(TrustBundles.of(alone), NOW).checkServerTrusted(leaf, "UNKNOWN"))
                .hasMessageContaining("all 1 authorities of trust domain 'shop.example' ('CN=old') have expired");
        assertThatThrownBy(() -> of(TrustBundles.of(both), NOW).checkServerTrusted(leaf, "UNKNOWN"))
                .hasMessageEndingWith("; 1 of the authorities expired");
    }

    /** The JDK throws an UnsupportedOperationException there, which a handshake would not take for a refusal. */
    @Test
    void refuses_a_chain_with_constraints_that_the_jdk_does_not_know() {
        GeneralName odd = new GeneralName(
                GeneralName.otherName, new OtherName(new ASN1ObjectIdentifier("1.2.3.4"), new DERUTF8String("odd")));
        TestCertificates intermediate = ROOT.issue(authority("i").excluded(odd));

        refused(intermediate.issue(svid(ORDERS).name(odd))).hasMessageContaining("not supported for OtherName");
    }

    @Test
    void refuses_a_peer_without_a_certificate() {
        assertThatThrownBy(() -> of(BUNDLES, NOW).checkServerTrusted(new X509Certificate[0], "UNKNOWN"))
                .hasMessage("the peer presented no certificate");
    }

    @Test
    void takes_hosts_by_given_authorities_whatever_their_names() throws CertificateException {
        PeerTrust trust = PeerTrust.ofAuthorities(List.of(ROOT.certificate()), () -> NOW);

        trust.checkServerTrusted(
                ROOT.issue(host("orders").purposes(KeyPurposeId.id_kp_serverAuth))
                        .presented(),
                "UNKNOWN");
        assertThatThrownBy(() ->
                        trust.checkServerTrusted(OTHER.issue(host("orders")).presented(), "UNKNOWN"))
                .hasMessageContaining("the peer 'CN=orders' is not trusted")
                .hasMessageContaining("authorities of this service's CA certificates ('CN=shop root')");
        assertThatThrownBy(() -> PeerTrust.ofAuthorities(List.of(), () -> NOW)
                        .checkServerTrusted(ROOT.issue(host("orders")).presented(), "UNKNOWN"))
                .hasMessageContaining("there are no authorities of this service's CA certificates");
        assertThat(trust.getAcceptedIssuers()).containsExactly(ROOT.certificate());
    }

    private static PeerTrust of(TrustBundles bundles, Instant now) {
        return PeerTrust.ofSvids(bundles, Set.of(SpiffeId.parse(ORDERS)), () -> now);
    }

    private static void check(TestCertificates peer) throws CertificateException {
        of(BUNDLES, NOW).checkServerTrusted(peer.presented(), "UNKNOWN");
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> refused(TestCertificates peer) {
        return assertThatThrownBy(() -> check(peer)).isInstanceOf(CertificateException.class);
    }
}
