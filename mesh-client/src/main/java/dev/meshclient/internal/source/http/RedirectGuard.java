package dev.meshclient.internal.source.http;

import java.io.IOException;
import java.net.ProtocolException;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.Response;

/**
 * Refuses redirects from TLS to plaintext, and with a token to another host or port. As a network interceptor it sees the final
 * request of OkHttp.
 */
record RedirectGuard(HttpUrl from, boolean withToken) implements Interceptor {
    @Override
    public Response intercept(Chain chain) throws IOException {
        HttpUrl to = chain.request().url();
        if (from.isHttps() && !to.isHttps()) {
            throw refused(to, "policy received in plaintext is not authenticated");
        }
        boolean sameOrigin = to.host().equals(from.host())
                && to.port() == from.port()
                && to.scheme().equals(from.scheme());
        if (withToken && !sameOrigin) {
            throw refused(to, "the bearer token is for " + from.host() + ":" + from.port() + " only");
        }
        return chain.proceed(chain.request());
    }

    /** An exception type that makes OkHttp not try another address of the host. */
    private static IOException refused(HttpUrl to, String why) {
        return new ProtocolException("the redirect to " + HttpSettings.printable(to) + " is not followed, " + why
                + "; give PolicySource.http, in Spring Boot mesh.registry.url, the final URI");
    }
}
