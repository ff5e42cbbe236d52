package dev.meshclient.internal.okhttp.attempt;

import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.internal.okhttp.direct.RequestHeaders;
import dev.meshclient.policy.Tls;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.HttpUrl;
import okhttp3.Request;

/**
 * For an {@code http:} call that the policy sends over TLS only the scheme changes: the peer gets the Host of the caller's URL,
 * without a port that only http omits. URLs are cached, since creating one is expensive.
 */
final class TlsUpgrade {
    private static final int MAX_REMEMBERED = 1024;

    private final Map<HttpUrl, Upgraded> remembered = new ConcurrentHashMap<>();

    private record Upgraded(HttpUrl url, String host) {}

    /** Whether the policy sends its calls over TLS whatever their URL states. */
    static boolean isTls(Backend backend) {
        return backend.tls().mode() != Tls.Mode.DISABLE;
    }

    Request upgrade(Request request) {
        Upgraded secure = of(request.url());
        Request.Builder upgraded = request.newBuilder().url(secure.url);
        if (request.header("Host") == null) {
            upgraded.header("Host", secure.host);
        }
        return upgraded.build();
    }

    /** The URL of an upgraded request. */
    HttpUrl url(HttpUrl logical) {
        return of(logical).url;
    }

    private Upgraded of(HttpUrl logical) {
        Upgraded secure = remembered.get(logical);
        if (secure == null) {
            secure = new Upgraded(
                    logical.newBuilder().scheme("https").port(logical.port()).build(), RequestHeaders.host(logical));
            if (remembered.size() >= MAX_REMEMBERED) {
                remembered.clear();
            }
            remembered.put(logical, secure);
        }
        return secure;
    }
}
