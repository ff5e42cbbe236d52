package dev.meshclient.internal.okhttp.direct;

import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;

/** Executes inner calls and keeps idle connections in one of two ways; {@link ChosenPath} chooses once for the process. */
public interface OkHttpPath {
    /** Makes the inner client that executes the calls of a derived one. */
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
