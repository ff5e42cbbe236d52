package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.AltNames;
import dev.meshclient.internal.tls.Identities;
import dev.meshclient.internal.tls.Peer;
import dev.meshclient.internal.tls.PeerTls;
import dev.meshclient.policy.AppProtocol;
import java.net.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionSpec;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/** The inner clients of one endpoint, derived from the callers' clients: one for equal settings, all on the same connections. */
final class EndpointClients {
    private static final HostnameVerifier HOST_NAMES = new OkHttpClient.Builder()
            .connectionSpecs(List.of(ConnectionSpec.CLEARTEXT)) // loads no authorities
            .build()
            .hostnameVerifier();

    private static final int MAX = 256;
    private static final int DEFAULT_TIMEOUT_MILLIS = 10_000; // OkHttp's own default, set by no caller

    private final Time time;
    private final Identities identities;
    private final Derivation derivation;
    private final EndpointConnections connections;
    private final Map<Variant, EndpointClient> clients = new ConcurrentHashMap<>();
    private final Map<Peer, PeerTls> peers = new ConcurrentHashMap<>();
    private volatile @Nullable Last last;

    /**
     * The settings by which the clients of an endpoint differ.
     *
     * @param peer the expected identity over TLS; null: the wire is not TLS
     * @param bounded the call has a deadline earlier than the idle timeout: OkHttp's own timeouts are not needed
     */
    private record Variant(
            CallerSettings settings,
            Backend backend,
            @Nullable Peer peer,
            boolean bounded) {
        /** Settings are interned and compared by identity; a backend that a new policy states again is the same object. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Variant v
                    && settings == v.settings
                    && backend.equals(v.backend)
                    && Objects.equals(peer, v.peer)
                    && bounded == v.bounded;
        }

        @Override
        public int hashCode() {
            return (System.identityHashCode(settings) * 31 + backend.name().hashCode()) * 31
                    + Boolean.hashCode(peer != null) * 2
                    + Boolean.hashCode(bounded);
        }
    }

    /** The last request, compared by identity. */
    private record Last(
            CallerSettings settings,
            Backend backend,
            Endpoint endpoint,
            boolean tls,
            boolean bounded,
            EndpointClient client) {
        boolean is(CallerSettings s, Backend b, Endpoint e, boolean t, boolean d) {
            return settings == s && backend == b && endpoint == e && tls == t && bounded == d;
        }
    }

    EndpointClients(Time time, Identities identities, Derivation derivation, EndpointConnections connections) {
        this.time = time;
        this.identities = identities;
        this.derivation = derivation;
        this.connections = connections;
    }

    EndpointClient client(Caller caller, Backend backend, Endpoint endpoint, boolean tls, boolean bounded)
            throws SSLException {
        CallerSettings settings = caller.settings();
        Last recent = last;
        if (recent != null && recent.is(settings, backend, endpoint, tls, bounded)) {
            return recent.client;
        }
        if (clients.size() > MAX) { // the pool is independent of them: no connection is lost
            clients.clear();
        }
        Variant variant = new Variant(settings, backend, tls ? Peer.of(backend, endpoint) : null, bounded);
        EndpointClient client = clients.get(variant);
        if (client == null) {
            EndpointClient fresh = derive(caller.client(), variant, endpoint);
            EndpointClient before = clients.putIfAbsent(variant, fresh);
            client = before == null ? fresh : before;
        }
        last = new Last(settings, backend, endpoint, tls, bounded, client);
        return client;
    }

    /** Whether this is true for the TLS of any client. */
    boolean anyTls(Predicate<PeerTls> test) {
        return peers.values().stream().anyMatch(test);
    }

    /**
     * New calls get new clients. A client completes the chains that callers see with the roots that it was made with, and finds
     * none among others.
     */
    void clear() {
        clients.clear();
        last = null;
    }

    private EndpointClient derive(OkHttpClient caller, Variant variant, Endpoint endpoint) throws SSLException {
        CallerSettings settings = variant.settings;
        long connect = variant.backend.connectNanos();
        long idle = variant.bounded ? 0 : variant.backend.idleNanos();
        EndpointDns dns = new EndpointDns(endpoint.address());
        OkHttpClient.Builder builder = settings.derive(caller, derivation.wire())
                .connectionPool(connections.pool())
                .dns(dns)
                .socketFactory(new EndpointSocketFactory(dns, endpoint.port(), connections.sockets()))
                .proxy(Proxy.NO_PROXY)
                .fastFallback(false)
                .connectTimeout(shorter(settings.connectTimeoutMillis(), connect), TimeUnit.MILLISECONDS)
                .readTimeout(shorter(settings.readTimeoutMillis(), idle), TimeUnit.MILLISECONDS)
                .writeTimeout(shorter(settings.writeTimeoutMillis(), idle), TimeUnit.MILLISECONDS)
                .protocols(protocols(variant));
        Peer peer = variant.peer;
        SSLSocketFactory callers = settings.sslSocketFactory();
        X509TrustManager callersTrust = settings.trustManager();
        PeerTls tls = null;
        if (peer != null && peer.needsOwnSockets()) { // the trust of the caller's client does not count
            tls = peers.computeIfAbsent(
                    peer, p -> PeerTls.create(time, p, identities, HOST_NAMES, connections.certificateEnds()));
            builder.connectionSpecs(List.of(ConnectionSpec.MODERN_TLS));
            setTls(builder, peer, endpoint, tls.factory(), tls.trust(), tls.verifier());
        } else if (peer != null && callers != null && callersTrust != null) {
            HostnameVerifier verifier =
                    peer.names().isEmpty() ? settings.hostnameVerifier() : new AltNames.Verifier(peer.names());
            setTls(builder, peer, endpoint, callers, callersTrust, verifier);
        }
        return new EndpointClient(derivation.path().client(builder.build()), connections, tls);
    }

    private static void setTls(
            OkHttpClient.Builder builder,
            Peer peer,
            Endpoint endpoint,
            SSLSocketFactory factory,
            X509TrustManager trust,
            HostnameVerifier verifier) {
        String sni = peer.tls().sni();
        builder.sslSocketFactory(
                        new ServerName.Factory(factory, sni, peer.gatewayName(), peer.service(), endpoint.name()),
                        trust)
                .hostnameVerifier(new ServerName.Verifier(sni, verifier));
    }

    /**
     * OkHttp's timeouts wake a thread several times for each call: its default does not count, since the policy's limits and
     * the deadline of a bounded call end the wait.
     */
    private static long shorter(int callersMillis, long policyNanos) {
        return CallerSettings.shorter(callersMillis == DEFAULT_TIMEOUT_MILLIS ? 0 : callersMillis, policyNanos);
    }

    private static List<Protocol> protocols(Variant variant) {
        if (variant.settings.webSocket()) {
            return List.of(Protocol.HTTP_1_1);
        }
        return variant.backend.appProtocol() == AppProtocol.H2C && variant.peer == null
                ? List.of(Protocol.H2_PRIOR_KNOWLEDGE)
                : variant.settings.protocols();
    }
}
