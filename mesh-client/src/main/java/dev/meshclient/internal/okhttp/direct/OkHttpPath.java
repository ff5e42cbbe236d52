package dev.meshclient.internal.okhttp.direct;

import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;

/** How inner calls are executed and idle connections are kept. Chosen once for the process by {@link ChosenPath}. */
public interface OkHttpPath {
    /** How the calls of a derived client are executed. */
    InnerClient client(OkHttpClient client);

    /** A pool for the connections of one endpoint. */
    ConnectionPool pool(int maxIdle, long keepAliveNanos);

    /** OkHttp's public API: works with every version. */
    OkHttpPath PUBLIC = new OkHttpPath() {
        @Override
        public InnerClient client(OkHttpClient client) {
            return new InnerClient(client);
        }

        @Override
        public ConnectionPool pool(int maxIdle, long keepAliveNanos) {
            return new ConnectionPool(maxIdle, keepAliveNanos, TimeUnit.NANOSECONDS);
        }
    };
}
