package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.okhttp.attempt.ForwardingChain;
import java.io.IOException;
import java.util.List;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/**
 * The application interceptors that were added after the mesh's, then the engine: they run once for each call too, above the
 * attempts.
 */
final class TailChain extends ForwardingChain {
    private final Engine.Entry entry;
    private final OkHttpClient client;
    private final List<Interceptor> interceptors;
    private final int next;
    private final Request request;

    TailChain(
            Engine.Entry entry,
            Interceptor.Chain settings,
            OkHttpClient client,
            List<Interceptor> interceptors,
            int next,
            Request request) {
        super(settings);
        this.entry = entry;
        this.client = client;
        this.interceptors = interceptors;
        this.next = next;
        this.request = request;
    }

    @Override
    protected Interceptor.Chain with(Interceptor.Chain changed) {
        return new TailChain(entry, changed, client, interceptors, next, request);
    }

    @Override
    public Request request() {
        return request;
    }

    @Override
    @SuppressWarnings("ConstantValue") // Java interceptors can return null
    public Response proceed(Request changed) throws IOException {
        if (next == interceptors.size()) {
            return entry.run(chain, client, changed);
        }
        Interceptor interceptor = interceptors.get(next);
        Response response = interceptor.intercept(new TailChain(entry, chain, client, interceptors, next + 1, changed));
        if (response == null) {
            throw new NullPointerException("interceptor " + interceptor + " returned null");
        }
        return response;
    }
}
