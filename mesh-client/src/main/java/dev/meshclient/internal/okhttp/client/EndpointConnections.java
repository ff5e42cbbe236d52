package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.endpoint.EndpointHealth;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.AltNames;
import dev.meshclient.internal.tls.Identities;
import dev.meshclient.internal.tls.Peer;
import dev.meshclient.internal.tls.PeerTls;
import dev.meshclient.policy.AppProtocol;
import java.net.Proxy;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.Connection;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connections of one endpoint: a pool of its own, so that no connection serves two services, endpoints or generations, and
 * the inner clients that use it. Replaced as a whole when it is old.
 */
public final class EndpointConnections {
    /**
     * Servers that close idle connections earlier cause the race in which a request uses a closed one; most servers wait
     * longer.
     */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    /** When trust is added, no endpoint keeps connections under the old trust for longer. */
    private static final Duration SPREAD = Duration.ofSeconds(30);

    /** Lower limit, however soon a certificate expires. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private static final HostnameVerifier HOST_NAMES = new OkHttpClient.Builder()
            .connectionSpecs(List.of(ConnectionSpec.CLEARTEXT)) // loads no authorities
            .build()
            .hostnameVerifier();

    private static final int MAX_IDLE = 1024;
    private static final int MAX_CLIENTS = 256;
    private static final int DEFAULT_TIMEOUT_MILLIS = 10_000; // OkHttp's own default, set by no caller

    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.connections");

    private final Time time;
    private final Identities identities;
    private final UnaryOperator<List<Interceptor>> wire;
    private final String name;
    private final long madeAt;
    private final ConnectionPool pool;
    private final AtomicLong retireAt;
    private final long keepAliveNanos;
    private final HeaderNumbers decimals = new HeaderNumbers();
    private final Map<Variant, Made> clients = new ConcurrentHashMap<>();
    private final Map<Peer, PeerTls> peers = new ConcurrentHashMap<>();
    private final OpenSockets sockets;
    private volatile @Nullable Last last;
    private volatile boolean retired;

    /**
     * The settings by which the clients of an endpoint differ.
     *
     * @param peer the expected identity over TLS; null: the wire is not TLS
     * @param bounded the call has a deadline earlier than the idle timeout: OkHttp's own timeouts are not needed
     */
    record Variant(
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
            CallerSettings settings, Backend backend, Endpoint endpoint, boolean tls, boolean bounded, Made made) {
        boolean is(CallerSettings s, Backend b, Endpoint e, boolean t, boolean d) {
            return settings == s && backend == b && endpoint == e && tls == t && bounded == d;
        }
    }

    /**
     * A client and its TLS.
     *
     * @param tls null: the wire is not TLS, or uses that of the caller's client
     */
    public record Made(OkHttpClient client, @Nullable PeerTls tls) {}

    /** @param wire makes the network interceptors of its clients from those of the caller */
    EndpointConnections(
            Time time,
            Identities identities,
            UnaryOperator<List<Interceptor>> wire,
            String name,
            long retireAt,
            long keepAliveNanos) {
        this.wire = wire;
        this.time = time;
        this.identities = identities;
        this.name = name;
        this.madeAt = time.now();
        this.sockets = new OpenSockets(time);
        this.retireAt = new AtomicLong(retireAt);
        this.keepAliveNanos = Math.min(keepAliveNanos, KEEP_ALIVE.toNanos());
        this.pool = new ConnectionPool(MAX_IDLE, this.keepAliveNanos, TimeUnit.NANOSECONDS);
    }

    /** Whether new calls need other connections. A probe has its own: these may be the reason of the ejection. */
    boolean isOld(EndpointHealth endpoint) {
        return time.now() >= retireAt.get() || (endpoint.isEjected() && endpoint.changedAt() > madeAt);
    }

    /** How long an idle connection is kept. */
    long keepAliveNanos() {
        return keepAliveNanos;
    }

    /** Closes idle connections now, and busy ones when they become idle. */
    public void retire() {
        retired = true;
        pool.evictAll();
    }

    /** The peer had closed an idle connection: most likely others too, each of which would cost a call an attempt. */
    public void foundStale() {
        pool.evictAll();
    }

    /**
     * An attempt ended in a timeout, without a response. If the peer has sent nothing at all for half of that time, its host may
     * be gone: new calls then use new connections, and these are closed when their calls end. OkHttp would use an HTTP/2
     * connection for ever, and one idle HTTP/1.1 connection after another.
     */
    public void unanswered(Connection connection, long startedAt) {
        long now = time.now();
        long since = startedAt + (now - startedAt) / 2;
        if (sockets.isSilent(connection, since)) {
            retireBy(now);
        }
    }

    /** A call has released its connection, which may be idle now. A cancelled attempt ends earlier than its call. */
    public void givenBack() {
        if (retired) {
            pool.evictAll();
        }
    }

    /**
     * Trust has changed. Connections to peers that are not trusted any more are closed at once; if a peer is trusted in
     * addition, connections are replaced within half a minute, each endpoint's at another time.
     */
    public void trustChanged() {
        if (peers.values().stream().anyMatch(PeerTls::isWithdrawn)) {
            retireBy(time.now());
            retire();
        } else if (peers.values().stream().anyMatch(PeerTls::isOutdated)) {
            // Until then a client completes the chains that callers see with the roots that it was made with, and finds
            // none.
            clients.clear();
            last = null;
            retireBy(time.now() + (long) (time.random().nextDouble() * SPREAD.toNanos()));
        }
    }

    private void retireBy(long at) {
        retireAt.accumulateAndGet(at, Math::min);
    }

    /** New calls use new connections some time before a certificate of these connections expires. */
    private void endsAt(Instant end) {
        long left = Math.max(0, Time.nanos(Duration.between(time.wall().instant(), end)));
        double share = 0.85 + time.random().nextDouble() / 10;
        retireBy(time.now() + Math.max(Math.min(left, SHORTEST.toNanos()), (long) (left * share)));
    }

    private final class Ends implements PeerTls.Lifetime {
        @Override
        public void begins(Socket socket) {
            if (socket instanceof EndpointSocket own) {
                own.mayBeRefused();
            }
        }

        @Override
        public void ofOwn(Socket socket, Instant end) {
            endsAt(end);
            if (socket instanceof EndpointSocket own) {
                long left = Time.nanos(Duration.between(time.wall().instant(), end));
                own.closeAt(
                        time,
                        time.now() + left,
                        "certificate",
                        () -> LOG.info(
                                "closed a connection to {} that was in use: the certificate it was made with has expired",
                                name));
            }
        }

        @Override
        public void ofPeer(Instant end) {
            endsAt(end);
        }
    }

    /** Its open sockets. */
    public OpenSockets sockets() {
        return sockets;
    }

    /** Formats numbers for the headers of its calls. */
    public HeaderNumbers decimals() {
        return decimals;
    }

    int connectionCount() {
        return pool.connectionCount();
    }

    /** @throws SSLException if it needs an own identity and there is none */
    public Made client(Caller caller, Backend backend, Endpoint endpoint, boolean tls, boolean bounded)
            throws SSLException {
        CallerSettings settings = caller.settings();
        Last recent = last;
        if (recent != null && recent.is(settings, backend, endpoint, tls, bounded)) {
            return recent.made;
        }
        if (clients.size() > MAX_CLIENTS) { // the pool is independent of them: no connection is lost
            clients.clear();
        }
        Variant variant = new Variant(settings, backend, tls ? Peer.of(backend, endpoint) : null, bounded);
        Made made = clients.get(variant);
        if (made == null) {
            Made fresh = derive(caller.client(), variant, endpoint);
            Made before = clients.putIfAbsent(variant, fresh);
            made = before == null ? fresh : before;
        }
        last = new Last(settings, backend, endpoint, tls, bounded, made);
        return made;
    }

    private Made derive(OkHttpClient caller, Variant variant, Endpoint endpoint) throws SSLException {
        CallerSettings settings = variant.settings;
        Backend backend = variant.backend;
        EndpointDns dns = new EndpointDns(endpoint.address());
        OkHttpClient.Builder builder = settings.derive(caller, wire)
                .connectionPool(pool)
                .dns(dns)
                .socketFactory(new EndpointSocketFactory(dns, endpoint.port(), sockets))
                .proxy(Proxy.NO_PROXY)
                .fastFallback(false)
                .connectTimeout(connectMillis(settings, backend), TimeUnit.MILLISECONDS)
                .readTimeout(idleMillis(settings.readTimeoutMillis(), variant), TimeUnit.MILLISECONDS)
                .writeTimeout(idleMillis(settings.writeTimeoutMillis(), variant), TimeUnit.MILLISECONDS)
                .protocols(protocols(variant));
        Peer peer = variant.peer;
        if (peer == null) {
            return new Made(builder.build(), null);
        }
        return peer.needsOwnSockets()
                ? ours(builder, peer, endpoint)
                : new Made(callers(builder, settings, peer, endpoint).build(), null);
    }

    /** By certificates and authorities of the mesh: the trust of the caller's client does not count. */
    private Made ours(OkHttpClient.Builder builder, Peer peer, Endpoint endpoint) throws SSLException {
        PeerTls tls = peers.computeIfAbsent(peer, p -> PeerTls.create(time, p, identities, HOST_NAMES, new Ends()));
        String sni = peer.tls().sni();
        builder.connectionSpecs(List.of(ConnectionSpec.MODERN_TLS))
                .sslSocketFactory(
                        new ServerName.Factory(tls.factory(), sni, peer.service(), endpoint.name()), tls.trust())
                .hostnameVerifier(new ServerName.Verifier(sni, tls.verifier()));
        return new Made(builder.build(), tls);
    }

    private static OkHttpClient.Builder callers(
            OkHttpClient.Builder builder, CallerSettings settings, Peer peer, Endpoint endpoint) {
        SSLSocketFactory factory = settings.sslSocketFactory();
        X509TrustManager trust = settings.trustManager();
        if (factory != null && trust != null) {
            String sni = peer.tls().sni();
            HostnameVerifier verifier =
                    peer.names().isEmpty() ? settings.hostnameVerifier() : new AltNames.Verifier(peer.names());
            builder.sslSocketFactory(new ServerName.Factory(factory, sni, peer.service(), endpoint.name()), trust);
            builder.hostnameVerifier(new ServerName.Verifier(sni, verifier));
        }
        return builder;
    }

    private static long connectMillis(CallerSettings settings, Backend backend) {
        long policy = backend.connectNanos() / 1_000_000;
        long callers = settings.connectTimeoutMillis();
        return callers == DEFAULT_TIMEOUT_MILLIS || callers == 0
                ? policy
                : policy == 0 ? callers : Math.min(policy, callers);
    }

    /**
     * OkHttp's timeouts wake a thread several times for each call: used only if nothing else ends the wait, or the caller sets
     * one.
     */
    private static long idleMillis(int callers, Variant variant) {
        long policy = variant.bounded ? 0 : variant.backend.idleNanos() / 1_000_000;
        return callers == DEFAULT_TIMEOUT_MILLIS || callers == 0
                ? policy
                : policy == 0 ? callers : Math.min(policy, callers);
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
