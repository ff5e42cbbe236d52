package dev.meshclient.examples.inbound;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsExchange;
import dev.meshclient.authz.Inbound;
import dev.meshclient.authz.InboundExchange;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.authz.InboundResult;
import dev.meshclient.identity.SpiffeId;
import java.io.IOException;
import java.net.URI;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * This filter admits the requests that the policy allows, and measures all requests:
 * {@code server.createContext("/", handler).getFilters().add(new MeshFilter(mesh.inbound()))}. A handler finds the claims of a
 * token by {@link #claims}. The filter cannot change the headers of a request: unless the policy states {@code forwardToken}, the handler must not send
 * {@code Authorization} to other services.
 */
public final class MeshFilter extends Filter {
    /** Not attributes of the exchange: all exchanges of a context share their attributes. */
    private static final Map<HttpExchange, Map<String, Object>> CLAIMS =
            Collections.synchronizedMap(new WeakHashMap<>());

    private static final System.Logger LOG = System.getLogger(MeshFilter.class.getName());

    private final Inbound inbound;

    public MeshFilter(Inbound inbound) {
        this.inbound = inbound;
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        InboundRequest request = request(exchange);
        InboundExchange measured = inbound.begin(request);
        try {
            filter(exchange, request, chain);
        } finally {
            measured.ended(Math.max(0, exchange.getResponseCode())); // -1: the handler answered nothing
        }
    }

    private void filter(HttpExchange exchange, InboundRequest request, Chain chain) throws IOException {
        if (isAmbiguous(exchange)) {
            exchange.sendResponseHeaders(400, -1);
            exchange.close();
            return;
        }
        InboundResult result = inbound.authorize(request);
        if (!result.isAllowed()) {
            // The reason is only logged: it would help an attacker.
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0} {1}: {2}",
                    exchange.getRequestMethod(),
                    result.status(),
                    result.reason());
            if (result.status() == InboundResult.Status.UNAUTHENTICATED) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer error=\"invalid_token\"");
            }
            exchange.sendResponseHeaders(result.status().http(), -1);
            exchange.close();
            return;
        }
        CLAIMS.put(exchange, result.claims());
        chain.doFilter(exchange);
    }

    /** The claims of the token of an admitted request; empty without a token. */
    public static Map<String, Object> claims(HttpExchange exchange) {
        return CLAIMS.getOrDefault(exchange, Map.of());
    }

    @Override
    public String description() {
        return "admits the requests that the policy of the mesh allows";
    }

    /**
     * Whether a handler may understand another request than the one that policy decides about: it has no host or several, its
     * target names another host than its header, or has a fragment (RFC 9112 3.2).
     */
    private static boolean isAmbiguous(HttpExchange exchange) {
        List<String> hosts = exchange.getRequestHeaders().get("Host");
        URI target = exchange.getRequestURI();
        String authority = target.getRawAuthority();
        return hosts == null
                || hosts.size() != 1
                || (authority != null && !authority.equalsIgnoreCase(hosts.get(0)))
                || target.getRawFragment() != null;
    }

    private static InboundRequest request(HttpExchange exchange) {
        InboundRequest.Builder request = InboundRequest.of(
                        exchange.getRequestMethod(), exchange.getRequestURI().getRawPath())
                .host(exchange.getRequestHeaders().getFirst("Host"))
                .headers(name -> header(exchange, name))
                .port(exchange.getLocalAddress().getPort())
                .sourceIp(exchange.getRemoteAddress().getAddress().getHostAddress())
                .destinationIp(exchange.getLocalAddress().getAddress().getHostAddress());
        X509Certificate leaf = leaf(exchange);
        String peer = leaf == null ? null : spiffeId(leaf);
        if (peer != null || leaf == null || !SpiffeId.isStatedBy(leaf)) {
            request.peer(peer); // otherwise it is not known, and policy that depends on it denies the request
        }
        return request.build();
    }

    private static @Nullable String header(HttpExchange exchange, String name) {
        List<String> lines = exchange.getRequestHeaders().get(name);
        return lines == null ? null : String.join(",", lines);
    }

    /** The SPIFFE ID of the certificate that the TLS of the server has verified: its only URI name. Null: there is none. */
    public static @Nullable String peer(HttpExchange exchange) {
        X509Certificate leaf = leaf(exchange);
        return leaf == null ? null : spiffeId(leaf);
    }

    private static @Nullable X509Certificate leaf(HttpExchange exchange) {
        if (!(exchange instanceof HttpsExchange https)) {
            return null;
        }
        try {
            return https.getSSLSession().getPeerCertificates()[0] instanceof X509Certificate leaf ? leaf : null;
        } catch (SSLPeerUnverifiedException e) {
            return null; // the client presented no certificate
        }
    }

    private static @Nullable String spiffeId(X509Certificate leaf) {
        try {
            return SpiffeId.of(leaf).toString();
        } catch (CertificateException e) {
            return null;
        }
    }
}
