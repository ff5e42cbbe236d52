package dev.meshclient.spring.server;

import dev.meshclient.authz.InboundExchange;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.authz.InboundResult;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.Collections;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/**
 * Admits the requests that the policy allows, measures all requests, and applies their deadlines, attempt numbers and baggage to
 * the calls made for them. One decision counts for all dispatches of a request.
 */
final class MeshServletFilter implements Filter {
    private static final String HANDLED = MeshServletFilter.class.getName();
    private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

    private final InboundDecisions decisions;
    private final InboundPeers peers;
    private final PeerAddresses addresses;

    MeshServletFilter(InboundDecisions decisions, InboundPeers peers, PeerAddresses addresses) {
        this.decisions = decisions;
        this.peers = peers;
        this.addresses = addresses;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        HttpServletRequest http = (HttpServletRequest) request;
        HttpServletResponse answer = (HttpServletResponse) response;
        if (request.getAttribute(HANDLED) instanceof HandledRequest handled) {
            handled.proceed(http, answer, chain);
        } else if (request.getDispatcherType() == DispatcherType.ERROR) {
            chain.doFilter(request, response); // the server itself refuses the request
        } else {
            first(http, answer, chain);
        }
    }

    private void first(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        InboundRequest sent = sent(request, peers, addresses);
        InboundExchange exchange = decisions.begin(sent);
        InboundDecision decision;
        try {
            decision = decisions.decide(sent);
        } catch (RuntimeException | Error e) {
            exchange.ended(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            throw e;
        }
        if (!decision.isAdmitted()) {
            if (decision.status() == HttpServletResponse.SC_UNAUTHORIZED) {
                response.setHeader("WWW-Authenticate", InboundDecisions.CHALLENGE);
            }
            response.setStatus(decision.status());
            exchange.ended(decision.status());
            return;
        }
        HandledRequest handled = new HandledRequest(decision, exchange, response);
        request.setAttribute(HANDLED, handled);
        InboundAttributes.of(sent.peer(), decision.result()).forEach(request::setAttribute);
        try {
            handled.proceed(request, response, chain);
        } finally {
            handled.endWith(request);
        }
    }

    /** The request as the server received it, without what filters and headers of proxies change. */
    static InboundRequest sent(HttpServletRequest request, InboundPeers peers, PeerAddresses addresses) {
        HttpServletRequest sent = unwrapped(request);
        InboundRequest.Builder stated = InboundRequest.of(sent.getMethod(), sent.getRequestURI())
                .headers(name -> header(sent, name))
                .port(sent.getLocalPort());
        peers.state(stated, (X509Certificate[]) sent.getAttribute(CERTIFICATES));
        host(stated, sent, addresses);
        PeerAddresses.address(stated::destinationIp, sent.getLocalAddr());
        addresses.state(stated, sent.getRemoteAddr(), isOfTomcat(sent));
        return stated.build();
    }

    /**
     * The host as the client sent it. In HTTP/2 Tomcat has no header for it, only the name of the server, which the server may replace
     * by that of a forwarded header: then the host is not stated.
     */
    private static void host(InboundRequest.Builder stated, HttpServletRequest sent, PeerAddresses addresses) {
        String host = header(sent, "Host");
        if (host != null || !"HTTP/2.0".equals(sent.getProtocol())) {
            stated.host(host);
        } else if (!addresses.areReplaced()) {
            stated.host(sent.getServerName() + ":" + sent.getServerPort());
        }
    }

    private static boolean isOfTomcat(HttpServletRequest request) {
        String server = request.getServletContext().getServerInfo();
        return server != null && server.startsWith("Apache Tomcat");
    }

    /** The decision about a request that the filter has admitted; null: the filter did not ask the policy. */
    static @Nullable InboundResult result(HttpServletRequest request) {
        return request.getAttribute(HANDLED) instanceof HandledRequest handled
                ? handled.decision().result()
                : null;
    }

    private static HttpServletRequest unwrapped(HttpServletRequest request) {
        ServletRequest inner = request;
        while (inner instanceof ServletRequestWrapper wrapper) {
            inner = wrapper.getRequest();
        }
        return inner instanceof HttpServletRequest http ? http : request;
    }

    private static @Nullable String header(HttpServletRequest request, String name) {
        Enumeration<String> lines = request.getHeaders(name);
        return lines == null || !lines.hasMoreElements() ? null : String.join(",", Collections.list(lines));
    }
}
