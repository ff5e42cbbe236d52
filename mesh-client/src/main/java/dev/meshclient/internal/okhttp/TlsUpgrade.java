package dev.meshclient.internal.okhttp;

import dev.meshclient.internal.endpoint.Backend;
import dev.meshclient.policy.Tls;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.HttpUrl;
import okhttp3.Request;

/** For an {@code http:} call that policy sends over TLS only the scheme changes; URLs are remembered, since making one is dear. */
final class TlsUpgrade {
    private static final int MAX_REMEMBERED = 1024;

    private final Map<HttpUrl, HttpUrl> remembered = new ConcurrentHashMap<>();

    /** Whether policy sends its calls over TLS whatever their URL says. */
    static boolean isTls(Backend backend) {
        return backend.tls().mode() != Tls.Mode.DISABLE;
    }

    Request upgrade(Request request) {
        HttpUrl logical = request.url();
        HttpUrl secure = remembered.get(logical);
        if (secure == null) {
            secure = logical.newBuilder().scheme("https").port(logical.port()).build();
            if (remembered.size() >= MAX_REMEMBERED) {
                remembered.clear();
            }
            remembered.put(logical, secure);
        }
        return request.newBuilder().url(secure).build();
    }
}
