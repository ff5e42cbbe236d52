package dev.meshclient.spring.server;

import dev.meshclient.InboundContext;
import dev.meshclient.authz.InboundExchange;
import dev.meshclient.authz.InboundRequest;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Admits the requests that the policy allows, measures all requests, and puts their {@link InboundContext} into the Reactor context.
 * A request stays on its thread, unless the keys of its token's issuer have to be fetched: then it is handled on one that may block.
 */
final class MeshWebFilter implements WebFilter, Ordered {
    /** The attribute of the exchange with the decision of the policy, if the filter asked it. */
    static final String DECIDED = MeshWebFilter.class.getName() + ".decided";

    private final InboundDecisions decisions;
    private final InboundPeers peers;
    private final PeerAddresses addresses;

    MeshWebFilter(InboundDecisions decisions, InboundPeers peers, PeerAddresses addresses) {
        this.decisions = decisions;
        this.peers = peers;
        this.addresses = addresses;
    }

    /** After the filters of Boot, and before Spring Security. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE + 10;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        ApplicationContext own = exchange.getApplicationContext();
        if (!decisions.isEnabled()
                || (own != null && WebServerApplicationContext.hasServerNamespace(own, "management"))) {
            return chain.filter(exchange);
        }
        return Mono.deferContextual(context -> {
            InboundRequest sent = ReceivedRequest.sent(exchange.getRequest(), context, peers, addresses);
            InboundExchange measured = decisions.begin(sent);
            return Mono.fromCallable(() -> decisions.decideNow(sent))
                    .switchIfEmpty(
                            Mono.fromCallable(() -> decisions.decide(sent)).subscribeOn(Schedulers.boundedElastic()))
                    .flatMap(decided -> apply(decided, sent, exchange, chain))
                    .doOnSuccess(done -> measured.ended(status(exchange.getResponse())))
                    .doOnError(failure -> failed(exchange.getResponse(), measured))
                    .doOnCancel(() ->
                            measured.ended(exchange.getResponse().isCommitted() ? status(exchange.getResponse()) : 0));
        });
    }

    private static Mono<Void> apply(
            InboundDecision decision, InboundRequest sent, ServerWebExchange exchange, WebFilterChain chain) {
        ServerHttpResponse response = exchange.getResponse();
        if (!decision.isAdmitted()) {
            response.setStatusCode(HttpStatusCode.valueOf(decision.status()));
            if (decision.status() == 401) {
                response.getHeaders().set("WWW-Authenticate", InboundDecisions.CHALLENGE);
            }
            return response.setComplete();
        }
        exchange.getAttributes().putAll(InboundAttributes.of(sent.peer(), decision.result()));
        if (decision.result() != null) {
            exchange.getAttributes().put(DECIDED, decision.result());
        }
        ServerWebExchange seen = decision.hidesToken()
                ? exchange.mutate()
                        .request(request -> request.headers(headers -> headers.remove("Authorization")))
                        .build()
                : exchange;
        InboundContext context = decision.context();
        if (context == null) {
            return chain.filter(seen);
        }
        response.beforeCommit(() -> {
            context.responseHeaders().forEach(response.getHeaders()::set);
            return Mono.empty();
        });
        return chain.filter(seen).contextWrite(all -> all.put(InboundAttributes.CONTEXT, context));
    }

    /** The handlers of exceptions are outside of the filters: they have not set the status yet. */
    private static void failed(ServerHttpResponse response, InboundExchange measured) {
        if (response.isCommitted()) {
            measured.ended(500);
        } else {
            response.beforeCommit(() -> {
                measured.ended(status(response));
                return Mono.empty();
            });
        }
    }

    private static int status(ServerHttpResponse response) {
        HttpStatusCode status = response.getStatusCode();
        return status == null ? 200 : status.value();
    }
}
