package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.endpoint.Backend;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** Inner clients for hosts whose endpoints nobody lists: everything is the caller's, his connections too. */
final class NeutralClients {
    private static final int MAX = 256;

    private final Map<Key, OkHttpClient> clients = new ConcurrentHashMap<>();

    /** What policy states about time, 0 = nothing. */
    private record Key(CallerSettings settings, long connectNanos, long idleNanos) {}

    OkHttpClient client(OkHttpClient caller, CallerSettings settings, @Nullable Backend backend) {
        Key key = new Key(
                settings, backend == null ? 0 : backend.connectNanos(), backend == null ? 0 : backend.idleNanos());
        OkHttpClient known = clients.get(key);
        if (known != null) {
            return known;
        }
        if (clients.size() > MAX) {
            clients.clear();
        }
        return clients.computeIfAbsent(key, k -> derive(caller, k));
    }

    private OkHttpClient derive(OkHttpClient caller, Key key) {
        CallerSettings settings = key.settings;
        return settings.derive(caller)
                .connectTimeout(shorter(settings.connectTimeoutMillis(), key.connectNanos), TimeUnit.MILLISECONDS)
                .readTimeout(shorter(settings.readTimeoutMillis(), key.idleNanos), TimeUnit.MILLISECONDS)
                .writeTimeout(shorter(settings.writeTimeoutMillis(), key.idleNanos), TimeUnit.MILLISECONDS)
                .build();
    }

    private static long shorter(long callersMillis, long policyNanos) {
        long policy = policyNanos / 1_000_000;
        return policy == 0 ? callersMillis : callersMillis == 0 ? policy : Math.min(callersMillis, policy);
    }
}
