package dev.meshclient.spring.test;

import dev.meshclient.policy.Access;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.Resolution;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Settings;
import dev.meshclient.policy.Subset;
import dev.meshclient.policy.Tls;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.springframework.http.RequestEntity;
import org.springframework.http.ResponseEntity;

/**
 * A service of a {@link MeshTestRegistry}. A service that the policy lacks gets the host of its name. If the test states endpoints or
 * answers, all calls to the service and its subsets use these; rules, timeouts, retries and limits of the policy stay. Its TLS settings, access
 * policies and tokens do not apply.
 */
public final class MeshTestService {
    private final String name;
    private final Runnable changed;
    private final List<HttpUrl> endpoints = new ArrayList<>(); // guarded by this
    private @Nullable ScriptedServer server; // guarded by this

    MeshTestService(String name, Runnable changed) {
        this.name = name;
        this.changed = changed;
    }

    /** As {@link #endpoint(HttpUrl)}. */
    public MeshTestService endpoint(String url) {
        Objects.requireNonNull(url, "url must not be null: pass a URL, such as http://localhost:8081");
        HttpUrl parsed = HttpUrl.parse(url);
        if (parsed == null) {
            throw new IllegalArgumentException("an endpoint of '" + name
                    + "' needs an http or https URL such as http://localhost:8081, not '" + url + "'");
        }
        return endpoint(parsed);
    }

    /**
     * Adds a server as an endpoint, such as {@code server.url("/")} of a MockWebServer.
     *
     * @param url its path must be {@code /}; with {@code https:} the client of the application must trust the certificate
     * @throws IllegalArgumentException if the URL has a path, or another scheme than the endpoints before
     */
    public MeshTestService endpoint(HttpUrl url) {
        Objects.requireNonNull(url, "url must not be null: pass a URL, such as server.url(\"/\")");
        if (!url.encodedPath().equals("/") || url.encodedQuery() != null) {
            throw new IllegalArgumentException("an endpoint of '" + name
                    + "' is a URL without a path, such as http://localhost:8081, not '" + url + "'");
        }
        synchronized (this) {
            if (!endpoints.isEmpty() && endpoints.get(0).isHttps() != url.isHttps()) {
                throw new IllegalArgumentException("the endpoints of '" + name + "' have one scheme: "
                        + endpoints.get(0) + " is an endpoint already, and '" + url + "' has another");
            }
            endpoints.add(url);
        }
        changed.run();
        return this;
    }

    /**
     * Answers the next requests, the last answer is repeated; a later call replaces the answers. An endpoint of the registry on this
     * machine sends them.
     */
    @SafeVarargs
    public final MeshTestService answers(ResponseEntity<String> first, ResponseEntity<String>... more) {
        Objects.requireNonNull(first, "first must not be null: pass ResponseEntity.ok(text), for example");
        Objects.requireNonNull(more, "more must not be null: pass further answers, or none");
        List<ResponseEntity<String>> script = new ArrayList<>();
        script.add(first);
        for (ResponseEntity<String> answer : more) {
            script.add(answer);
        }
        ScriptedServer started = null;
        synchronized (this) {
            if (server == null) {
                started = new ScriptedServer();
                server = started;
            }
            server.answers(script);
        }
        return started == null ? this : endpoint(started.url());
    }

    /** Answers all requests with status 200 and this JSON. */
    public MeshTestService answersJson(String json) {
        Objects.requireNonNull(json, "json must not be null: pass the text of the body");
        return answers(
                ResponseEntity.ok().header("Content-Type", "application/json").body(json));
    }

    /** The requests that {@link #answers} answered, in the order of their arrival, each attempt for itself. */
    public synchronized List<RequestEntity<String>> requests() {
        return server == null ? List.of() : server.requests();
    }

    synchronized void close() {
        if (server != null) {
            server.close();
        }
    }

    synchronized List<HttpUrl> endpoints() {
        return List.copyOf(endpoints);
    }

    /** The service with the endpoints of the test. */
    Service in(Service before) {
        List<HttpUrl> urls = endpoints();
        boolean https = urls.get(0).isHttps();
        Tls tls = https
                ? Tls.builder()
                        .mode(Tls.Mode.SIMPLE)
                        .subjectAltNames(
                                urls.stream().map(HttpUrl::host).distinct().toList())
                        .build()
                : Tls.of(Tls.Mode.DISABLE);
        return before.toBuilder()
                .appProtocol(https ? AppProtocol.HTTPS : AppProtocol.HTTP)
                .resolution(Resolution.STATIC)
                .endpoints(urls.stream().map(MeshTestService::endpointAt).toList())
                .subsets(before.subsets().stream()
                        .map(s -> new Subset(s.name(), Map.of(), in(s.settings(), tls)))
                        .toList())
                .settings(in(before.settings(), tls))
                .build();
    }

    private static Endpoint endpointAt(HttpUrl url) {
        return Endpoint.builder().address(url.host()).port(url.port()).build();
    }

    private static Settings in(Settings before, Tls tls) {
        return new Settings(
                before.route(),
                before.backend().toBuilder()
                        .tls(tls)
                        .localityLbSetting(null)
                        .access(Access.NONE)
                        .build());
    }

    @Override
    public String toString() {
        return name + " at " + endpoints();
    }
}
