package dev.meshclient.registry;

import dev.meshclient.internal.source.http.HttpSettings;
import dev.meshclient.internal.source.http.HttpWatch;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.Closeable;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/**
 * A policy from an HTTP server. The source requests the URI repeatedly, unchanged, with the ETag of the last answer. It detects
 * a server that holds a request until there is news (long poll) by its answers; it polls any other server, a file server
 * included. With several servers it uses one and switches to the next on failure. After any failure the last good document
 * stays in force.
 *
 * <p>Immutable: each method returns a copy.
 */
public final class HttpPolicySource implements PolicySource {
    private final HttpSettings settings;

    private HttpPolicySource(HttpSettings settings) {
        this.settings = settings;
    }

    static HttpPolicySource at(URI first, URI... more) {
        List<HttpUrl> urls = Stream.concat(Stream.of(first), Stream.of(more))
                .map(HttpPolicySource::url)
                .toList();
        return new HttpPolicySource(new HttpSettings(
                urls,
                null,
                Duration.ofSeconds(15),
                Duration.ofSeconds(30),
                null,
                PolicyCodec.DEFAULT_MAX_BYTES,
                false));
    }

    private static HttpUrl url(URI uri) {
        HttpUrl url = HttpUrl.parse(uri.toString());
        if (url == null) {
            throw new IllegalArgumentException("PolicySource.http takes an absolute http: or https: URI, not '" + uri
                    + "'" + ("file".equalsIgnoreCase(uri.getScheme()) ? "; use PolicySource.file(Path)" : ""));
        }
        if (!url.username().isEmpty() || !url.password().isEmpty()) {
            throw new IllegalArgumentException("PolicySource.http: the URI of " + url.host()
                    + " holds a user and password, which would not be sent; use bearerToken(file) or client(..)");
        }
        return url;
    }

    /**
     * Sends the content of the file as {@code Authorization: Bearer}. The file is read for every request, so a rotated token is
     * used at once, and with each of several servers; without a readable token no request is made. Redirects to another host or
     * port are then refused.
     *
     * @throws IllegalArgumentException if a URI would send it in plaintext to another host than this one
     */
    public HttpPolicySource bearerToken(Path file) {
        Objects.requireNonNull(file, "file must not be null: pass the path of the token");
        HttpSettings s = settings;
        return new HttpPolicySource(new HttpSettings(
                s.urls(), file, s.pollInterval(), s.longPoll(), s.client(), s.maxBytes(), s.onDemand()));
    }

    /**
     * The interval of requests to a server that does not hold them, give or take a fifth. Default 15 s, at least 1 s; a longer
     * {@code Cache-Control: max-age} of the server wins, up to an hour.
     */
    public HttpPolicySource pollInterval(Duration interval) {
        Objects.requireNonNull(interval, "interval must not be null: pass a Duration such as Duration.ofSeconds(5)");
        HttpSettings s = settings;
        return new HttpPolicySource(new HttpSettings(
                s.urls(), s.bearerToken(), interval, s.longPoll(), s.client(), s.maxBytes(), s.onDemand()));
    }

    /** How long a server may hold a request, in whole seconds. Default 30 s; zero = plain polling only. */
    public HttpPolicySource longPoll(Duration wait) {
        Objects.requireNonNull(wait, "wait must not be null: pass a Duration such as Duration.ofSeconds(5)");
        HttpSettings s = settings;
        return new HttpPolicySource(new HttpSettings(
                s.urls(), s.bearerToken(), s.pollInterval(), wait, s.client(), s.maxBytes(), s.onDemand()));
    }

    /**
     * The client whose proxy, DNS, trust and client certificate are used; connections, timeouts and cache are the source's own.
     * Default: a plain client. Never use a client that a mesh wrapped: the mesh would need itself to get its policy.
     *
     * @throws IllegalArgumentException if a mesh wrapped it
     */
    public HttpPolicySource client(OkHttpClient client) {
        Objects.requireNonNull(client, "client must not be null: pass an OkHttpClient, or leave this out");
        HttpSettings s = settings;
        return new HttpPolicySource(new HttpSettings(
                s.urls(), s.bearerToken(), s.pollInterval(), s.longPoll(), client, s.maxBytes(), s.onDemand()));
    }

    /** The greatest length of a document, unzipped; reading ends there. Default 16 MiB: 100,000 endpoints need about 20 MB. */
    public HttpPolicySource maxBytes(long bytes) {
        HttpSettings s = settings;
        return new HttpPolicySource(new HttpSettings(
                s.urls(), s.bearerToken(), s.pollInterval(), s.longPoll(), s.client(), bytes, s.onDemand()));
    }

    /**
     * Requests only the services of the hosts that are called: for meshes too large to load as a whole.
     *
     * <p>The server learns only hosts of the mesh: the own service and the hosts that the builder claims by name, from the
     * start; and a host that a wildcard of the builder or an earlier policy claims, at its first call. That call waits for the
     * answer, at most {@code Mesh.Builder.initialFetchTimeout}. So claim every host of the mesh: a host that is not claimed is
     * called outside the mesh, even if the server has a service for it. If the answer lacks a host, calls to it fail with
     * {@code NoRoute}; the source keeps requesting the host while it is called, and until 30 s after. It requests at most 256
     * hosts, and as many services that they send calls to.
     *
     * <p>The server sees {@code ?hosts=billing,orders}, sorted, after any query of the URI. It answers with a document that
     * contains everything these hosts, or services of these names, need, and that states {@code metadata.scope}. A server may
     * also answer with the whole document, without a scope; then the source requests no more hosts.
     *
     * <p>Only the sink of a mesh names its hosts: inside a source of your own, pass on the sink that your source gets.
     *
     * @throws IllegalArgumentException if a URI has a parameter {@code hosts} already
     */
    public HttpPolicySource onDemand() {
        HttpSettings s = settings;
        return new HttpPolicySource(new HttpSettings(
                s.urls(), s.bearerToken(), s.pollInterval(), s.longPoll(), s.client(), s.maxBytes(), true));
    }

    @Override
    public Closeable watch(Sink sink) {
        return PlainSink.watch(sink, mesh -> HttpWatch.start(settings, mesh));
    }

    /** The first URI, so that a source with further URIs starts with the same snapshot. */
    @Override
    public String snapshotName() {
        return settings.urls().get(0).uri().toString();
    }

    @Override
    public String toString() {
        return "PolicySource.http(" + settings.printable() + ")" + (settings.onDemand() ? ".onDemand()" : "");
    }
}
