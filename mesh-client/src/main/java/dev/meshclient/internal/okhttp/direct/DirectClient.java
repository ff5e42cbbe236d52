package dev.meshclient.internal.okhttp.direct;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import okhttp3.Call;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.internal.connection.ConnectInterceptor;
import okhttp3.internal.connection.RealCall;
import okhttp3.internal.http.CallServerInterceptor;
import okhttp3.internal.http.RealInterceptorChain;
import okhttp3.internal.http.RetryAndFollowUpInterceptor;
import okio.AsyncTimeout;

/**
 * Executes calls through a list of interceptors that is made once for each client: without OkHttp's dispatcher, without its cache
 * interceptor, and with {@link DirectBridge} in the place of its bridge.
 */
final class DirectClient extends InnerClient {
    /** At {@code FINE} OkHttp remembers where each call was executed, for its reports of forgotten bodies. */
    private static final Logger OKHTTP_LOG = Logger.getLogger(OkHttpClient.class.getName());

    private final List<Interceptor> interceptors;

    /** @param userAgent of requests that state none */
    DirectClient(OkHttpClient client, ExchangeRules rules, String userAgent) {
        super(client);
        List<Interceptor> all = new ArrayList<>(client.interceptors());
        all.add(new RetryAndFollowUpInterceptor());
        all.add(ConnectInterceptor.INSTANCE);
        all.add(new DirectBridge(rules, userAgent));
        for (Interceptor network : client.networkInterceptors()) {
            if (network != rules) {
                all.add(network);
            }
        }
        all.add(CallServerInterceptor.INSTANCE);
        this.interceptors = List.copyOf(all);
    }

    @Override
    public Response execute(Call call) throws IOException {
        if (!(call instanceof RealCall real)
                || mayBeOnlyIfCached(call.request())
                || OKHTTP_LOG.isLoggable(Level.FINE)) {
            return call.execute();
        }
        boolean failed = false;
        try {
            ((AsyncTimeout) call.timeout()).enter();
            Response response = new RealInterceptorChain(real, interceptors, 0, null, call.request(), okhttp())
                    .proceed(call.request());
            if (call.isCanceled()) {
                response.close();
                throw new IOException("Canceled");
            }
            return response;
        } catch (IOException e) {
            failed = true;
            IOException reported = real.noMoreExchanges$okhttp(e);
            throw reported == null ? e : reported;
        } finally {
            if (!failed) {
                real.noMoreExchanges$okhttp(null);
            }
        }
    }

    /** OkHttp's cache interceptor answers such a request with 504, with no cache either. */
    private static boolean mayBeOnlyIfCached(Request request) {
        return request.header("Cache-Control") != null || request.header("Pragma") != null;
    }
}
