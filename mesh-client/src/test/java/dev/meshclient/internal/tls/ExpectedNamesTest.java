package dev.meshclient.internal.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.meshclient.identity.TestCertificates;
import dev.meshclient.internal.identity.WrongIdentity;
import dev.meshclient.policy.Tls;
import java.lang.reflect.Proxy;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.junit.jupiter.api.Test;

class ExpectedNamesTest {
    private static final TestCertificates ROOT = TestCertificates.root("one");

    private static void check(HostnameVerifier verifier) throws WrongIdentity {
        X509Certificate[] chain = {ROOT.issue(TestCertificates.host("orders")).certificate(), ROOT.certificate()};
        new ExpectedNames(new Peer("orders", Tls.Mode.SIMPLE, Tls.of(Tls.Mode.SIMPLE), List.of()), verifier)
                .check(chain, unfinished());
    }

    /** The session of a handshake: JSSE has no certificate of the peer in it yet. */
    private static SSLSession unfinished() {
        return (SSLSession) Proxy.newProxyInstance(
                ExpectedNamesTest.class.getClassLoader(), new Class<?>[] {SSLSession.class}, (proxy, method, args) -> {
                    if (method.getName().equals("getPeerHost")) {
                        return SessionName.of("orders", "10.0.0.1:443", "orders");
                    }
                    if (method.getName().equals("getLocalPrincipal")) {
                        throw new UnsupportedOperationException("made for the test");
                    }
                    throw new SSLPeerUnverifiedException("peer not authenticated");
                });
    }

    @Test
    void a_verifier_of_the_caller_finds_the_principal_of_the_peer_within_the_handshake() {
        assertThatCode(() -> check((host, session) -> {
                    try {
                        return session.getPeerPrincipal().getName().equals("CN=" + host);
                    } catch (SSLPeerUnverifiedException e) {
                        return false;
                    }
                }))
                .doesNotThrowAnyException();
    }

    @Test
    void a_verifier_of_the_caller_can_catch_what_an_unfinished_session_throws() {
        assertThatThrownBy(() -> check((host, session) -> {
                    try {
                        return session.getLocalPrincipal() != null;
                    } catch (Exception e) {
                        assertThat(e).isInstanceOf(UnsupportedOperationException.class);
                        return false;
                    }
                }))
                .isInstanceOf(WrongIdentity.class);
    }
}
