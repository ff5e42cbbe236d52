package dev.meshclient.internal.okhttp.direct;

import okhttp3.ConnectionPool;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;

/** Executes calls through internals of OkHttp; this class is loaded only if {@link ChosenPath} has found them. */
final class DirectPath implements OkHttpPath {
    private final String userAgent;

    DirectPath(String version) {
        this.userAgent = "okhttp/" + version;
    }

    /** A client with a cache, or without the mesh's rules, runs as OkHttp runs it. */
    @Override
    public InnerClient client(OkHttpClient client) {
        for (Interceptor network : client.networkInterceptors()) {
            if (network instanceof ExchangeRules rules && client.cache() == null) {
                return new DirectClient(client, rules, userAgent);
            }
        }
        return OkHttpPath.PUBLIC.client(client);
    }

    @Override
    public ConnectionPool pool(int maxIdle, long keepAliveNanos) {
        return QuietPools.pool(maxIdle, keepAliveNanos);
    }
}
