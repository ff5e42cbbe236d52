package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.call.CheckWire;
import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.endpoint.Endpoint;
import dev.meshclient.internal.okhttp.client.Caller;
import dev.meshclient.internal.okhttp.client.CurrentConnections;
import dev.meshclient.internal.okhttp.client.EndpointClient;
import dev.meshclient.internal.okhttp.client.EndpointConnections;
import dev.meshclient.internal.time.Time;
import dev.meshclient.internal.tls.OwnIdentityFault;
import dev.meshclient.policy.Tls;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.CookieJar;
import okhttp3.EventListener;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Sends a health check over the connections of an endpoint, with the TLS of its calls and nothing else of a caller. */
final class HealthCheckCall {
    private final Time time;
    private final CurrentConnections connections;
    private final TlsUpgrade upgrade;

    HealthCheckCall(Time time, CurrentConnections connections, TlsUpgrade upgrade) {
        this.time = time;
        this.connections = connections;
        this.upgrade = upgrade;
    }

    /** As {@link CheckWire#check}. After a timeout its connections are judged as after that of a call. */
    int send(Caller caller, Backend backend, Endpoint endpoint, Request request, long timeoutNanos) throws IOException {
        boolean upgraded = backend.tlsMode(endpoint) != Tls.Mode.DISABLE && !request.isHttps();
        Request sent = upgraded ? upgrade.upgrade(request) : request;
        EndpointConnections current = connections.of(endpoint);
        EndpointClient client;
        try {
            client = current.client(caller, backend, endpoint, sent.isHttps(), true);
        } catch (OwnIdentityFault ours) {
            return CheckWire.NOT_SENT;
        }
        if (sent.isHttps() && client.tls() == null && caller.settings().sslSocketFactory() == null) {
            return CheckWire.NOT_SENT; // never in the clear
        }
        UsedConnection used = new UsedConnection();
        Call call = of(client.inner().okhttp(), timeoutNanos).newCall(sent);
        call.addEventListener(used);
        long startedAt = time.now();
        try (Response response = call.execute()) {
            connections.answered(endpoint, client.connections(), response);
            return response.code();
        } catch (OwnIdentityFault ours) {
            return CheckWire.NOT_SENT;
        } catch (IOException e) {
            IOException cause = TlsFailure.behind(e, used.connection);
            if (TlsFailure.isOfOurCertificate(cause)) {
                return CheckWire.NOT_SENT;
            }
            Connection mine = used.connection;
            if (mine != null && cause instanceof InterruptedIOException) {
                current.unanswered(mine, startedAt);
            }
            throw cause;
        } finally {
            current.givenBack();
        }
    }

    private static final class UsedConnection extends EventListener {
        volatile @Nullable Connection connection;

        @Override
        public void connectionAcquired(Call call, Connection acquired) {
            connection = acquired;
        }
    }

    /** Network interceptors, cookies and caches of the caller are for its calls. */
    private static OkHttpClient of(OkHttpClient client, long timeoutNanos) {
        OkHttpClient.Builder builder = client.newBuilder();
        builder.networkInterceptors().clear();
        return builder.cookieJar(CookieJar.NO_COOKIES)
                .cache(null)
                .callTimeout(timeoutNanos, TimeUnit.NANOSECONDS)
                .build();
    }
}
