package dev.meshclient.spring.server;

import dev.meshclient.authz.InboundRequest;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.SslInfo;
import reactor.util.context.ContextView;

/** The request of a WebFlux application as the server received it: Spring applies forwarded headers before its filters. */
final class ReceivedRequest {
    private static final String RECEIVED = ReceivedRequest.class.getName();

    private ReceivedRequest() {}

    /** Keeps the request in the Reactor context. */
    static HttpHandler keeping(HttpHandler next) {
        return (request, response) ->
                next.handle(request, response).contextWrite(context -> context.put(RECEIVED, request));
    }

    /**
     * @param request after the forwarded headers were applied
     * @param context of the subscriber
     */
    static InboundRequest sent(
            ServerHttpRequest request, ContextView context, InboundPeers peers, PeerAddresses addresses) {
        ServerHttpRequest received = context.getOrDefault(RECEIVED, null); // null: the handler is not that of Boot
        ServerHttpRequest raw = received == null ? request : received;
        // X-Forwarded-Prefix is not part of the path within the application.
        String path = received == null
                ? request.getPath().pathWithinApplication().value()
                : received.getPath().value();
        SslInfo tls = request.getSslInfo();
        InboundRequest.Builder stated = InboundRequest.of(raw.getMethod().name(), path)
                .host(header(raw, "Host"))
                .headers(name -> header(raw, name));
        peers.state(stated, tls == null ? null : tls.getPeerCertificates());
        InetSocketAddress local = raw.getLocalAddress();
        if (local != null) {
            stated.port(local.getPort());
            PeerAddresses.address(stated::destinationIp, text(local));
        }
        addresses.state(stated, text(raw.getRemoteAddress()), false);
        return stated.build();
    }

    private static @Nullable String text(@Nullable InetSocketAddress address) {
        return address == null || address.getAddress() == null
                ? null
                : address.getAddress().getHostAddress();
    }

    private static @Nullable String header(ServerHttpRequest request, String name) {
        List<String> lines = request.getHeaders().get(name);
        return lines == null ? null : String.join(",", lines);
    }
}
