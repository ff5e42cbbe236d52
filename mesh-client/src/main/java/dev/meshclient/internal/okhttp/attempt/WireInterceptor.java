package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.InboundContext;
import dev.meshclient.internal.okhttp.client.HeaderNumbers;
import dev.meshclient.internal.okhttp.direct.ExchangeRules;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import kotlin.jvm.JvmClassMappingKt;
import kotlin.reflect.KClass;
import okhttp3.Authenticator;
import okhttp3.Call;
import okhttp3.Connection;
import okhttp3.ConnectionPool;
import okhttp3.EventListener;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * The first network interceptor of every inner client: adds the mesh's headers and prevents OkHttp's own repeats within an
 * attempt.
 */
final class WireInterceptor implements ExchangeRules {
    private static final WireInterceptor INSTANCE = new WireInterceptor();

    private static final KClass<dev.meshclient.internal.call.Call> CALL =
            JvmClassMappingKt.getKotlinClass(dev.meshclient.internal.call.Call.class);

    private WireInterceptor() {}

    /** The network interceptors of an inner client: this one, then those of the caller. */
    static List<Interceptor> above(List<Interceptor> callers) {
        List<Interceptor> all = new ArrayList<>();
        all.add(INSTANCE);
        for (Interceptor caller : callers) {
            all.add(new CallerInterceptor(caller));
        }
        return all;
    }

    /** The engine's state of the attempt; it is the only listener of the inner call. */
    static InnerCall inner(Chain chain) {
        return (InnerCall) chain.getEventListener();
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        check(chain);
        Request.Builder sent = chain.request().newBuilder();
        addTo(sent, chain);
        Response response = proceed(chain, sent.build());
        Response.Builder masked = mask(response, null, chain);
        return masked == null ? response : masked.build();
    }

    @Override
    public void check(Chain chain) throws IOException {
        InnerCall inner = inner(chain);
        if (inner.isToEndpoint() && inner.isConnectionSpent()) {
            throw new SpentConnection();
        }
    }

    @Override
    public void addTo(Request.Builder sent, Chain chain) {
        InnerCall inner = inner(chain);
        dev.meshclient.internal.call.Call call = inner.attempt.call();
        if (call.target() == null) { // not of the mesh: nothing was decided
            return;
        }
        sent.tag(CALL, call);
        if (!inner.isToEndpoint()) {
            return;
        }
        HeaderNumbers numbers = Objects.requireNonNull(inner.connections()).numbers();
        sent.header("x-mesh-attempt", numbers.text(inner.attempt.announcedNumber()));
        InboundContext inbound = call.options().inbound();
        if (inbound != null && inbound.baggage() != null && chain.request().header("baggage") == null) {
            sent.header("baggage", inbound.baggage());
        }
        if (call.deadline() != Long.MAX_VALUE) {
            long left = Math.max(0, (call.deadline() - inner.attempt.now()) / 1_000_000);
            sent.header("x-mesh-deadline-ms", numbers.text(left));
        }
    }

    @Override
    public Response proceed(Chain chain, Request sent) throws IOException {
        if (!inner(chain).isToEndpoint()) {
            return chain.proceed(sent);
        }
        try {
            return chain.proceed(sent);
        } catch (ProtocolException e) {
            throw e;
        } catch (IOException e) {
            throw new ExchangeFailed(e);
        }
    }

    /** OkHttp repeats a 408 unless a wait is stated, and any request, a POST too, after a 503 with {@code Retry-After: 0}. */
    @Override
    public Response.@Nullable Builder mask(Response response, Response.@Nullable Builder copy, Chain chain) {
        InnerCall inner = inner(chain);
        boolean timedOut = response.code() == 408 && inner.isToEndpoint();
        if (!timedOut && (response.code() != 503 || response.header("Retry-After") == null)) {
            return copy;
        }
        inner.masked(response.headers());
        Response.Builder masked = copy == null ? response.newBuilder() : copy;
        return timedOut ? masked.header("Retry-After", "1") : masked.removeHeader("Retry-After");
    }

    /** A caller's network interceptor: it sees the caller's call and the caller's settings. */
    private record CallerInterceptor(Interceptor caller) implements Interceptor {
        @Override
        public Response intercept(Chain chain) throws IOException {
            return caller.intercept(new OuterView(chain, inner(chain)));
        }

        /** OkHttp's messages about misbehaving interceptors contain it. */
        @Override
        public String toString() {
            return caller.toString();
        }
    }

    private static final class OuterView extends ForwardingChain {
        private final InnerCall inner;
        private final OuterCall caller;

        OuterView(Chain chain, InnerCall inner) {
            super(chain);
            this.inner = inner;
            this.caller = inner.outerCall;
        }

        @Override
        public @Nullable Connection connection() {
            return inner.shown(chain.connection());
        }

        @Override
        public Call call() {
            return caller.outer();
        }

        @Override
        public EventListener getEventListener() {
            return caller.listener();
        }

        @Override
        public boolean getFollowRedirects() {
            return caller.chain().getFollowRedirects();
        }

        @Override
        public boolean getFollowSslRedirects() {
            return caller.chain().getFollowSslRedirects();
        }

        @Override
        public Authenticator getAuthenticator() {
            return caller.chain().getAuthenticator();
        }

        @Override
        public Authenticator getProxyAuthenticator() {
            return caller.chain().getProxyAuthenticator();
        }

        @Override
        public ConnectionPool getConnectionPool() {
            return caller.chain().getConnectionPool();
        }

        @Override
        public boolean getRetryOnConnectionFailure() {
            return caller.chain().getRetryOnConnectionFailure();
        }
    }
}
