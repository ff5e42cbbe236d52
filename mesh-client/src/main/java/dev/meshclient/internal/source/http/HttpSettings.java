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

/** The checked settings of {@link HttpPolicySource}. */
public record HttpSettings(
        List<HttpUrl> urls,
        @Nullable Path bearerToken,
        Duration pollInterval,
        Duration longPoll,
        @Nullable OkHttpClient client,
        long maxBytes,
        boolean onDemand) {
    private static final Pattern LOOPBACK = Pattern.compile("(.+\\.)?localhost|127(\\.\\d{1,3}){3}|::1");

    /** The document must fit into one array. */
    private static final long MOST_BYTES = 1L << 30;

    public HttpSettings {
        urls = List.copyOf(urls);
        for (HttpUrl url : urls) {
            if (bearerToken != null && !url.isHttps() && !isLoopback(url)) {
                throw new IllegalArgumentException(
                        "PolicySource.http(" + printable(url) + ").bearerToken: the token would travel in plaintext to "
                                + url.host() + "; use an https: URI, or a registry on the loopback address");
            }
        }
        for (HttpUrl url : urls) {
            if (onDemand && url.queryParameterNames().contains(HostList.PARAMETER)) {
                throw new IllegalArgumentException(
                        "PolicySource.http(" + printable(url) + ").onDemand: the URI has a parameter '"
                                + HostList.PARAMETER + "' already; leave it out, it is written anew for each request");
            }
        }
        if (Set.copyOf(urls).size() < urls.size()) {
            throw new IllegalArgumentException("PolicySource.http takes each URI once, not " + printable(urls));
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
                    "PolicySource.http(" + printable(urls) + ").client: this client was wrapped by"
                            + " a mesh, which would ask itself for its policy; give the client that was wrapped");
        }
    }

    /** The URIs in a form for logs: queries may contain signatures and keys. */
    public String printable() {
        return printable(urls);
    }

    private static String printable(List<HttpUrl> urls) {
        return urls.stream().map(HttpSettings::printable).collect(Collectors.joining(", "));
    }

    static boolean isLoopback(HttpUrl url) {
        return LOOPBACK.matcher(url.host()).matches();
    }

    static String printable(HttpUrl url) {
        HttpUrl bare = url.newBuilder().query(null).fragment(null).build();
        return url.query() == null ? bare.toString() : bare + "?...";
    }

    private static boolean isOfMesh(Interceptor interceptor) {
        return interceptor.getClass().getName().startsWith("dev.meshclient.internal.");
    }
}
