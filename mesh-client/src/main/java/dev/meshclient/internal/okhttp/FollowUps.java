package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.okhttp.attempt.InnerCall;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.ProtocolException;
import java.net.Proxy;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.Route;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/** OkHttp's rules for redirects and challenges, applied above the attempts. */
final class FollowUps {
    /** OkHttp's limit. */
    static final int MAX = 20;

    private static final int TEMPORARY_REDIRECT = 307;
    private static final int PERMANENT_REDIRECT = 308;

    private FollowUps() {}

    /**
     * The follow-up request, or null.
     *
     * @param last the attempt that got the response
     * @param repeats whether OkHttp's repeat of a 503 with {@code Retry-After: 0} applies; to endpoints of the mesh the retry
     *     layer decides instead
     */
    static @Nullable Request next(Response response, @Nullable InnerCall last, Interceptor.Chain chain, boolean repeats)
            throws IOException {
        return switch (response.code()) {
            case HttpURLConnection.HTTP_PROXY_AUTH -> {
                Route route = route(last);
                if (route == null || route.proxy().type() != Proxy.Type.HTTP) {
                    throw new ProtocolException("Received HTTP_PROXY_AUTH (407) code while not using proxy");
                }
                yield chain.getProxyAuthenticator().authenticate(route, response);
            }
            case HttpURLConnection.HTTP_UNAUTHORIZED -> chain.getAuthenticator().authenticate(route(last), response);
            case HttpURLConnection.HTTP_MULT_CHOICE,
                    HttpURLConnection.HTTP_MOVED_PERM,
                    HttpURLConnection.HTTP_MOVED_TEMP,
                    HttpURLConnection.HTTP_SEE_OTHER,
                    TEMPORARY_REDIRECT,
                    PERMANENT_REDIRECT -> redirect(response, chain);
            case HttpURLConnection.HTTP_UNAVAILABLE -> repeats && asksToRepeat(response) ? response.request() : null;
            default -> null; // the inner call follows 408 and 421
        };
    }

    private static @Nullable Route route(@Nullable InnerCall last) {
        return last == null ? null : last.route();
    }

    private static boolean asksToRepeat(Response response) {
        Response prior = response.priorResponse();
        return (prior == null || prior.code() != HttpURLConnection.HTTP_UNAVAILABLE)
                && "0".equals(response.header("Retry-After"));
    }

    private static @Nullable Request redirect(Response response, Interceptor.Chain chain) {
        String location = response.header("Location");
        Request request = response.request();
        HttpUrl from = request.url();
        HttpUrl to = !chain.getFollowRedirects() || location == null ? null : from.resolve(location);
        if (to == null || (!to.scheme().equals(from.scheme()) && !chain.getFollowSslRedirects())) {
            return null;
        }
        Request.Builder next = request.newBuilder();
        String method = request.method();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            if (becomesGet(method, response.code())) {
                next.method("GET", null)
                        .removeHeader("Transfer-Encoding")
                        .removeHeader("Content-Length")
                        .removeHeader("Content-Type");
            } else {
                next.method(method, request.body());
            }
        }
        if (!to.host().equals(from.host())
                || to.port() != from.port()
                || !to.scheme().equals(from.scheme())) {
            next.removeHeader("Authorization");
        }
        return next.url(to).build();
    }

    private static boolean becomesGet(String method, int code) {
        boolean keeps = method.equals("PROPFIND")
                || code == TEMPORARY_REDIRECT
                || code == PERMANENT_REDIRECT
                || (method.equals("QUERY") && code != HttpURLConnection.HTTP_SEE_OTHER);
        return !keeps;
    }

    static boolean isOneShot(Request request) {
        RequestBody body = request.body();
        return body != null && body.isOneShot();
    }

    /** The response with its history: hops that the inner call followed come after those that the engine followed. */
    static Response after(Response prior, Response response) {
        Response own = response.priorResponse();
        return response.newBuilder()
                .priorResponse(own == null ? prior : after(prior, own))
                .build();
    }

    /** A response with a follow-up: its body is closed, and reading it throws. */
    static Response withoutBody(Response response) {
        ResponseBody body = response.body();
        ForwardingSource closed = new ForwardingSource(new Buffer()) {
            @Override
            public long read(Buffer sink, long byteCount) {
                throw new IllegalStateException("""
                        Unreadable ResponseBody! These Response objects have bodies that are stripped:
                         * Response.cacheResponse
                         * Response.networkResponse
                         * Response.priorResponse
                         * EventSourceListener
                         * WebSocketListener
                        (It is safe to call contentType() and contentLength() on these response bodies.)""");
            }
        };
        return response.newBuilder()
                .body(ResponseBody.create(Okio.buffer(closed), body.contentType(), body.contentLength()))
                .build();
    }
}
