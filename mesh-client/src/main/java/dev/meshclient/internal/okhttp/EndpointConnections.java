package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.policy.AppProtocol;
import java.net.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one endpoint: a pool of its own, so that none crosses a service, an endpoint or a generation, and the
 * inner clients that use it. Replaced as a whole when it is old.
 */
final class EndpointConnections {
    /** Servers that close idle connections first make the race in which a request meets a closed one; most wait longer. */
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);

    private static final int MAX_IDLE = 1024;
    private static final int MAX_CLIENTS = 256;
    private static final int DEFAULT_TIMEOUT_MILLIS = 10_000; // OkHttp's own, which nobody asked for

    private final ConnectionPool pool;
    private final long retireAt;
    private final long keepAliveNanos;
    private final Decimals decimals = new Decimals();
    private final Map<Variant, OkHttpClient> clients = new ConcurrentHashMap<>();
    private volatile @Nullable Last last;
    private volatile boolean retired;

    /**
     * What the clients of an endpoint differ by.
     *
     * @param tls whether the wire is TLS
     * @param bounded the call has a deadline nearer than the idle time: OkHttp's own timeouts are left off
     */
    record Variant(CallerSettings settings, Backend backend, boolean tls, boolean bounded) {
        boolean is(CallerSettings s, Backend b, boolean t, boolean d) {
            return settings == s && backend == b && tls == t && bounded == d;
        }

        /** Settings are interned and compared by identity; a backend that a new policy states again is the same. */
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Variant v
                    && settings == v.settings
                    && backend.equals(v.backend)
                    && tls == v.tls
                    && bounded == v.bounded;
        }

        @Override
        public int hashCode() {
            return (System.identityHashCode(settings) * 31 + backend.name().hashCode()) * 31
                    + Boolean.hashCode(tls) * 2
                    + Boolean.hashCode(bounded);
        }
    }

    private record Last(Variant variant, OkHttpClient client) {}

    EndpointConnections(long retireAt, long keepAliveNanos) {
        this.retireAt = retireAt;
        this.keepAliveNanos = Math.min(keepAliveNanos, KEEP_ALIVE.toNanos());
        this.pool = new ConnectionPool(MAX_IDLE, this.keepAliveNanos, TimeUnit.NANOSECONDS);
    }

    boolean isOld(long now) {
        return now >= retireAt;
    }

    /** How long an idle connection is kept. */
    long keepAliveNanos() {
        return keepAliveNanos;
    }

    /** Closes what is idle now, and what is in use when it is given back. */
    void retire() {
        retired = true;
        pool.evictAll();
    }

    /** An attempt is over, and its connection idle. */
    void givenBack() {
        if (retired) {
            pool.evictAll();
        }
    }

    /** For the headers of its calls. */
    Decimals decimals() {
        return decimals;
    }

    int connectionCount() {
        return pool.connectionCount();
    }

    OkHttpClient client(
            OkHttpClient caller,
            CallerSettings settings,
            Backend backend,
            Endpoint endpoint,
            boolean tls,
            boolean bounded) {
        Last recent = last;
        if (recent != null && recent.variant.is(settings, backend, tls, bounded)) {
            return recent.client;
        }
        if (clients.size() > MAX_CLIENTS) { // the pool is not theirs: no connection is lost
            clients.clear();
        }
        Variant variant = new Variant(settings, backend, tls, bounded);
        OkHttpClient client = clients.computeIfAbsent(variant, v -> derive(caller, v, endpoint));
        last = new Last(variant, client);
        return client;
    }

    private OkHttpClient derive(OkHttpClient caller, Variant variant, Endpoint endpoint) {
        CallerSettings settings = variant.settings;
        Backend backend = variant.backend;
        EndpointDns dns = new EndpointDns(endpoint.address());
        OkHttpClient.Builder builder = settings.derive(caller)
                .connectionPool(pool)
                .dns(dns)
                .socketFactory(new EndpointSocketFactory(dns, endpoint.port()))
                .proxy(Proxy.NO_PROXY)
                .fastFallback(false)
                .retryOnConnectionFailure(true) // for connecting: see ExchangeFailed
                .connectTimeout(connectMillis(settings, backend), TimeUnit.MILLISECONDS)
                .readTimeout(idleMillis(settings.readTimeoutMillis(), variant), TimeUnit.MILLISECONDS)
                .writeTimeout(idleMillis(settings.writeTimeoutMillis(), variant), TimeUnit.MILLISECONDS)
                .protocols(protocols(variant));
        String sni = backend.tls().sni();
        SSLSocketFactory factory = settings.sslSocketFactory();
        X509TrustManager trust = settings.trustManager();
        if (factory != null && trust != null) {
            HostnameVerifier verifier = settings.hostnameVerifier();
            builder.sslSocketFactory(
                    new ServerName.Factory(factory, sni, backend.service() + "|" + endpoint.name()), trust);
            builder.hostnameVerifier(new ServerName.Verifier(sni, verifier));
        }
        return builder.build();
    }

    private static long connectMillis(CallerSettings settings, Backend backend) {
        long policy = backend.connectNanos() / 1_000_000;
        long callers = settings.connectTimeoutMillis();
        return callers == DEFAULT_TIMEOUT_MILLIS || callers == 0
                ? policy
                : policy == 0 ? callers : Math.min(policy, callers);
    }

    /** OkHttp's timeouts wake a thread several times a call: only where nothing else ends the wait, or the caller wants it. */
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
        return variant.backend.appProtocol() == AppProtocol.H2C && !variant.tls
                ? List.of(Protocol.H2_PRIOR_KNOWLEDGE)
                : variant.settings.protocols();
    }
}
