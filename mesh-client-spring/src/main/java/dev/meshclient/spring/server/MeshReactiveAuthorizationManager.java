package dev.meshclient.spring.server;

import dev.meshclient.Mesh;
import dev.meshclient.authz.Inbound;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.authz.InboundResult;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.authorization.ReactiveAuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.authorization.AuthorizationContext;
import org.springframework.util.function.SingletonSupplier;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * {@link MeshAuthorizationManager} for a {@code SecurityWebFilterChain} of WebFlux:
 * {@code authorizeExchange(all -> all.anyExchange().access(manager))}. Where the keys for a token have to be fetched first, it decides
 * on a thread that may wait, and the request is handled there.
 */
public final class MeshReactiveAuthorizationManager implements ReactiveAuthorizationManager<AuthorizationContext> {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring.server");

    private final Supplier<Mesh> mesh;
    private final InboundPeers peers;
    private final PeerAddresses addresses;
    private final boolean enabled;

    MeshReactiveAuthorizationManager(
            Supplier<Mesh> mesh, InboundPeers peers, PeerAddresses addresses, boolean enabled) {
        this.mesh = SingletonSupplier.of(mesh);
        this.peers = peers;
        this.addresses = addresses;
        this.enabled = enabled;
    }

    @Override
    public Mono<AuthorizationResult> authorize(Mono<Authentication> authentication, AuthorizationContext context) {
        if (!enabled) {
            return authentication
                    .filter(sender -> sender.isAuthenticated() && !(sender instanceof AnonymousAuthenticationToken))
                    .hasElement()
                    .map(AuthorizationDecision::new);
        }
        ServerWebExchange exchange = context.getExchange();
        return Mono.justOrEmpty(exchange.<InboundResult>getAttribute(MeshWebFilter.DECIDED))
                .switchIfEmpty(Mono.deferContextual(
                        view -> decide(ReceivedRequest.sent(exchange.getRequest(), view, peers, addresses))))
                .map(result -> new AuthorizationDecision(result.isAllowed()));
    }

    private Mono<InboundResult> decide(InboundRequest request) {
        Inbound inbound = mesh.get().inbound();
        return Mono.fromCallable(() -> inbound.authorizeNow(request))
                .switchIfEmpty(
                        Mono.fromCallable(() -> inbound.authorize(request)).subscribeOn(Schedulers.boundedElastic()))
                .doOnNext(result -> LOG.debug("{}: {}", request, result));
    }
}
