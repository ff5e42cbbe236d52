package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.InboundContext;
import dev.meshclient.internal.okhttp.client.ForwardingChain;
import dev.meshclient.internal.okhttp.client.HeaderNumbers;
import java.io.IOException;
import java.net.ProtocolException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
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
final class WireInterceptor implements Interceptor {
    private static final WireInterceptor INSTANCE = new WireInterceptor();

    private static final KClass<dev.meshclient.internal.call.Call> CALL =
            JvmClassMappingKt.getKotlinClass(dev.meshclient.internal.call.Call.class);

    private WireInterceptor() {}

    /** The network interceptors of an inner client: this one, then those of the caller. */
    static List<Interceptor> above(List<Interceptor> callers) {
        return Stream.concat(Stream.of(INSTANCE), callers.stream().map(CallerInterceptor::new))
                .toList();
    }

    /** The engine's state of the attempt; it is the only listener of the inner call. */
    static InnerCall inner(Chain chain) {
        return (InnerCall) chain.getEventListener();
    }

    @Override
    public Response intercept(Chain chain) throws IOException {
        InnerCall inner = inner(chain);
        return inner.isToMesh() ? toMesh(chain, inner) : neutral(chain, inner);
    }

    private static Response toMesh(Chain chain, InnerCall inner) throws IOException {
        if (inner.isConnectionSpent()) {
            throw new SpentConnection();
        }
        Response response;
        try {
            response = chain.proceed(withHeaders(chain.request(), inner));
        } catch (ProtocolException e) {
            throw e;
        } catch (IOException e) {
            throw new ExchangeFailed(e);
        }
        if (response.code() == 408) { // OkHttp repeats it unless a wait is stated
            return masked(response, inner).header("Retry-After", "1").build();
        }
        return withoutRetryAfter(response, inner);
    }

    private static Request withHeaders(Request request, InnerCall inner) {
        HeaderNumbers numbers = Objects.requireNonNull(inner.connections()).numbers();
        Request.Builder builder = request.newBuilder()
                .header("x-mesh-attempt", numbers.text(inner.attempt.announcedNumber()))
                .tag(CALL, inner.attempt.call());
        InboundContext inbound = inner.attempt.call().options().inbound();
        if (inbound != null && inbound.baggage() != null && request.header("baggage") == null) {
            builder.header("baggage", inbound.baggage());
        }
        long deadline = inner.attempt.call().deadline();
        if (deadline != Long.MAX_VALUE) {
            long left = Math.max(0, (deadline - inner.attempt.now()) / 1_000_000);
            builder.header("x-mesh-deadline-ms", numbers.text(left));
        }
        return builder.build();
    }

    private static Response neutral(Chain chain, InnerCall inner) throws IOException {
        dev.meshclient.internal.call.Call call = inner.attempt.call();
        Request request = chain.request();
        Request sent = call.target() == null // not of the mesh: nothing was decided
                ? request
                : request.newBuilder().tag(CALL, call).build();
        return withoutRetryAfter(chain.proceed(sent), inner);
    }

    /** {@code Retry-After: 0} on a 503 makes OkHttp repeat any request, a POST too. */
    private static Response withoutRetryAfter(Response response, InnerCall inner) {
        return response.code() == 503 && response.header("Retry-After") != null
                ? masked(response, inner).removeHeader("Retry-After").build()
                : response;
    }

    private static Response.Builder masked(Response response, InnerCall inner) {
        inner.masked(response.headers());
        return response.newBuilder();
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
