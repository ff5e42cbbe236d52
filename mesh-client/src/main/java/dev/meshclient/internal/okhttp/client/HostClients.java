package dev.meshclient.internal.okhttp.client;

import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.okhttp.direct.InnerClient;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Inner clients for hosts without listed endpoints: all settings and connections are the caller's. */
public final class HostClients {
    private static final int MAX = 256;

    private final Derivation derivation;
    private final Map<Key, InnerClient> clients = new ConcurrentHashMap<>();
    private volatile @Nullable Last last;

    public HostClients(Derivation derivation) {
        this.derivation = derivation;
    }

    /** The policy's time limits, 0 = none. Settings are interned: compared and hashed by identity. */
    private record Key(CallerSettings settings, long connectNanos, long idleNanos) {
        boolean is(CallerSettings s, long connect, long idle) {
            return settings == s && connectNanos == connect && idleNanos == idle;
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Key key && key.is(settings, connectNanos, idleNanos);
        }

        @Override
        public int hashCode() {
            return (System.identityHashCode(settings) * 31 + Long.hashCode(connectNanos)) * 31
                    + Long.hashCode(idleNanos);
        }
    }

    /** The client of the last request. */
    private record Last(Key key, InnerClient client) {}

    public InnerClient client(Caller caller, @Nullable Backend backend) {
        CallerSettings settings = caller.settings();
        long connect = backend == null ? 0 : backend.connectNanos();
        long idle = backend == null ? 0 : backend.idleNanos();
        Last recent = last;
        if (recent != null && recent.key.is(settings, connect, idle)) {
            return recent.client;
        }
        if (clients.size() > MAX) {
            clients.clear();
        }
        Key key = new Key(settings, connect, idle);
        InnerClient client = clients.computeIfAbsent(key, k -> derive(caller.client(), k));
        last = new Last(key, client);
        return client;
    }

    /** New calls get new clients. */
    public void clear() {
        clients.clear();
        last = null;
    }

    private InnerClient derive(OkHttpClient caller, Key key) {
        CallerSettings settings = key.settings;
        OkHttpClient client = settings.derive(caller, derivation.wire())
                .connectTimeout(
                        CallerSettings.shorter(settings.connectTimeoutMillis(), key.connectNanos),
                        TimeUnit.MILLISECONDS)
                .readTimeout(CallerSettings.shorter(settings.readTimeoutMillis(), key.idleNanos), TimeUnit.MILLISECONDS)
                .writeTimeout(
                        CallerSettings.shorter(settings.writeTimeoutMillis(), key.idleNanos), TimeUnit.MILLISECONDS)
                .build();
        return derivation.path().client(client);
    }
}
