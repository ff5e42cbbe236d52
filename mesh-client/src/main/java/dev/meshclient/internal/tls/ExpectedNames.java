package dev.meshclient.internal.tls;

import dev.meshclient.identity.SpiffeId;
import dev.meshclient.internal.identity.WrongIdentity;
import dev.meshclient.policy.Tls;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSession;

/** Decider: whether a certificate carries the name of the expected peer: a SPIFFE ID, a name that policy states, or the host. */
final class ExpectedNames {
    private final Peer peer;
    private final HostnameVerifier hostNames;
    private final Set<SpiffeId> ids;

    ExpectedNames(Peer peer, HostnameVerifier hostNames) {
        this.peer = peer;
        this.hostNames = hostNames;
        this.ids = peer.mode() == Tls.Mode.MESH_MUTUAL
                ? peer.names().stream().map(SpiffeId::parse).collect(Collectors.toUnmodifiableSet())
                : Set.of();
    }

    Set<SpiffeId> ids() {
        return ids;
    }

    boolean areIn(X509Certificate leaf, String host, SSLSession session) {
        return peer.mode() == Tls.Mode.MESH_MUTUAL
                ? isOneOfTheMesh(leaf)
                : peer.names().isEmpty() ? hostNames.verify(host, session) : AltNames.hasOneOf(leaf, peer.names());
    }

    private boolean isOneOfTheMesh(X509Certificate leaf) {
        try {
            return ids.contains(SpiffeId.of(leaf));
        } catch (CertificateException none) {
            return false;
        }
    }

    /**
     * Checks the name within the handshake: a client presents its certificate only afterwards.
     *
     * @param session the session that is being made; it has no certificate of the peer yet
     */
    void check(X509Certificate[] chain, SSLSession session) throws WrongIdentity {
        String host = SessionName.hostOf(session.getPeerHost());
        if (!areIn(chain[0], host, withPeer(session, chain))) {
            throw new WrongIdentity(
                    "the certificate of the peer, '" + chain[0].getSubjectX500Principal() + "', is for "
                            + AltNames.of(chain[0]) + ", expected is "
                            + (peer.names().isEmpty() ? "'" + host + "'" : "one of " + peer.names()),
                    true);
        }
    }

    /** The caller's verifier may ask for all that a session has after the handshake. */
    private static SSLSession withPeer(SSLSession session, X509Certificate[] chain) {
        return (SSLSession) Proxy.newProxyInstance(
                ExpectedNames.class.getClassLoader(), new Class<?>[] {SSLSession.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getPeerCertificates")) {
                        return chain.clone();
                    }
                    if (method.getName().equals("getPeerPrincipal")) {
                        return chain[0].getSubjectX500Principal();
                    }
                    try {
                        return method.invoke(session, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }
}
