package dev.meshclient.registry;

import dev.meshclient.internal.source.http.HttpSettings;
import dev.meshclient.internal.source.http.HttpWatch;
import dev.meshclient.policy.json.PolicyCodec;
import java.io.Closeable;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;

/**
 * A policy that an HTTP server has. The URI is asked for again and again, word for word, with the ETag of the last answer. A
 * server that can hold a request until there is news (long poll) is found out by its answers; of any other, a file server
 * included, the document is polled. Of several servers one is asked; when it fails, the next. Whatever goes wrong, the last good document stays in force.
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
     * Sends what the file holds as {@code Authorization: Bearer}. It is read for every request, so a rotated token is used at
     * once, and to each of several servers; without a readable token no request is made. Redirects to another host or port are then refused.
     *
     * @throws IllegalArgumentException if it would travel in plaintext to a host that is not this one
     */
    public HttpPolicySource bearerToken(Path file) {
        HttpSettings s = settings;
        return new HttpPolicySource(new HttpSettings(
                s.urls(), file, s.pollInterval(), s.longPoll(), s.client(), s.maxBytes(), s.onDemand()));
    }

    /**
     * How often a server is asked that does not hold requests, give or take a fifth. Default 15 s, at least 1 s; a longer
     * {@code Cache-Control: max-age} of the server wins, up to an hour.
     */
    public HttpPolicySource pollInterval(Duration interval) {
        HttpSettings s = settings;
        return new HttpPolicySource(new HttpSettings(
                s.urls(), s.bearerToken(), interval, s.longPoll(), s.client(), s.maxBytes(), s.onDemand()));
    }

    /** How long a server may hold a request, in whole seconds. Default 30 s; zero = plain polling only. */
    public HttpPolicySource longPoll(Duration wait) {
        HttpSettings s = settings;
        return new HttpPolicySource(new HttpSettings(
                s.urls(), s.bearerToken(), s.pollInterval(), wait, s.client(), s.maxBytes(), s.onDemand()));
    }

    /**
     * The client whose proxy, DNS, trust and client certificate are used; connections, timeouts and cache are the source's
     * own. Default: a plain one. Never one that a mesh wrapped: the mesh would ask itself for its policy.
     *
     * @throws IllegalArgumentException if a mesh wrapped it
     */
    public HttpPolicySource client(OkHttpClient client) {
        HttpSettings s = settings;
        return new HttpPolicySource(new HttpSettings(
                s.urls(), s.bearerToken(), s.pollInterval(), s.longPoll(), client, s.maxBytes(), s.onDemand()));
    }

    /** How long a document may be, unzipped; reading ends there. Default 16 MiB: 100,000 endpoints need about 20 MB. */
    public HttpPolicySource maxBytes(long bytes) {
        HttpSettings s = settings;
        return new HttpPolicySource(new HttpSettings(
                s.urls(), s.bearerToken(), s.pollInterval(), s.longPoll(), s.client(), bytes, s.onDemand()));
    }

    /**
     * Asks for the services of the hosts that are called, and no others: for meshes so large that nobody wants all of it.
     *
     * <p>Only hosts of the mesh are ever named to the server: our own service and those that the builder claims by name from
     * the start on, and those that one of its wildcards or an earlier policy claims when they are called first. That call
     * waits for the answer, at most {@code Mesh.Builder.initialFetchTimeout}. So claim what is to be the mesh's: a host that
     * nobody claims is called past it, whatever the server has for it. A host that the answer does not have fails with {@code NoRoute} from
     * then on; it is looked for as long as it is called, and forgotten 30 s later. At most 256 hosts are
     * asked for, and as many services that they send calls to.
     *
     * <p>The server sees {@code ?hosts=billing,orders}, sorted, behind whatever query the URI has. It answers with a document
     * that has all that these hosts, or services of these names, need, and that says so in {@code metadata.scope}; one that
     * answers with the whole document, without a scope, is right as well, and is asked for no more hosts.
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

    /** The first URI: with another one added behind it, the source begins with the same policy. */
    @Override
    public String snapshotName() {
        return settings.urls().get(0).uri().toString();
    }

    @Override
    public String toString() {
        return "PolicySource.http(" + settings.told() + ")" + (settings.onDemand() ? ".onDemand()" : "");
    }
}
