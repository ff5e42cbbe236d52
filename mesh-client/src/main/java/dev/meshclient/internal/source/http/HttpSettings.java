package dev.meshclient.internal.source.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/** What {@link HttpPolicySource} was told, checked. */
public record HttpSettings(
        List<HttpUrl> urls,
        @Nullable Path bearerToken,
        Duration pollInterval,
        Duration longPoll,
        @Nullable OkHttpClient client,
        long maxBytes,
        boolean onDemand) {
    private static final Pattern LOOPBACK = Pattern.compile("(.+\\.)?localhost|127(\\.\\d{1,3}){3}|::1");

    /** One array has to hold the document. */
    private static final long MOST_BYTES = 1L << 30;

    public HttpSettings {
        urls = List.copyOf(urls);
        for (HttpUrl url : urls) {
            if (bearerToken != null && !url.isHttps() && !isLoopback(url)) {
                throw new IllegalArgumentException(
                        "PolicySource.http(" + told(url) + ").bearerToken: the token would travel in plaintext to "
                                + url.host() + "; use an https: URI, or a registry on the loopback address");
            }
        }
        for (HttpUrl url : urls) {
            if (onDemand && url.queryParameterNames().contains(HostList.PARAMETER)) {
                throw new IllegalArgumentException(
                        "PolicySource.http(" + told(url) + ").onDemand: the URI has a parameter '" + HostList.PARAMETER
                                + "' already; leave it out, it is written anew for each request");
            }
        }
        if (Set.copyOf(urls).size() < urls.size()) {
            throw new IllegalArgumentException("PolicySource.http takes each URI once, not " + told(urls));
        }
        if (pollInterval.compareTo(Duration.ofSeconds(1)) < 0 || pollInterval.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("pollInterval must be from 1 s to 1 day, not " + pollInterval);
        }
        boolean tooShort = !longPoll.isZero() && longPoll.compareTo(Duration.ofSeconds(1)) < 0;
        if (tooShort || longPoll.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "longPoll must be from 1 s to 1 h, or zero for plain polling, not " + longPoll);
        }
        if (maxBytes < 1 || maxBytes > MOST_BYTES) {
            throw new IllegalArgumentException(
                    "maxBytes must be from 1 to " + MOST_BYTES + " (1 GiB), not " + maxBytes);
        }
        if (client != null && client.interceptors().stream().anyMatch(HttpSettings::isOfMesh)) {
            throw new IllegalArgumentException(
                    "PolicySource.http(" + told(urls) + ").client: this client was wrapped by"
                            + " a mesh, which would ask itself for its policy; give the client that was wrapped");
        }
    }

    /** The URIs as they may stand in a log: queries hold signatures and keys. */
    public String told() {
        return told(urls);
    }

    private static String told(List<HttpUrl> urls) {
        return urls.stream().map(HttpSettings::told).collect(Collectors.joining(", "));
    }

    static boolean isLoopback(HttpUrl url) {
        return LOOPBACK.matcher(url.host()).matches();
    }

    static String told(HttpUrl url) {
        HttpUrl bare = url.newBuilder().query(null).fragment(null).build();
        return url.query() == null ? bare.toString() : bare + "?...";
    }

    private static boolean isOfMesh(Interceptor interceptor) {
        return interceptor.getClass().getName().startsWith("dev.meshclient.internal.");
    }
}
