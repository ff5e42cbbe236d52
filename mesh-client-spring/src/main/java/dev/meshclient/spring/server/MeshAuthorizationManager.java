package dev.meshclient.spring.server;

import dev.meshclient.Mesh;
import dev.meshclient.authz.InboundResult;
import jakarta.servlet.http.HttpServletRequest;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationManager;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.util.function.SingletonSupplier;

/**
 * Grants the requests that the policy of the mesh allows, in a {@code SecurityFilterChain} of the application:
 * {@code authorizeHttpRequests(all -> all.anyRequest().access(manager))}. It decides by the certificate and the token that the
 * client sent, whatever {@code mesh.server.authorization} states, once for all dispatches of a request; if the filter of the mesh
 * has decided, that result counts. With {@code mesh.enabled=false} it grants the requests of all authenticated senders.
 */
public final class MeshAuthorizationManager implements AuthorizationManager<RequestAuthorizationContext> {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring.server");
    private static final String DECIDED = MeshAuthorizationManager.class.getName();

    private final Supplier<Mesh> mesh;
    private final InboundPeers peers;
    private final PeerAddresses addresses;
    private final boolean enabled;

    MeshAuthorizationManager(Supplier<Mesh> mesh, InboundPeers peers, PeerAddresses addresses, boolean enabled) {
        this.mesh = SingletonSupplier.of(mesh);
        this.peers = peers;
        this.addresses = addresses;
        this.enabled = enabled;
    }

    @Override
    public AuthorizationDecision authorize(
            Supplier<? extends @Nullable Authentication> authentication, RequestAuthorizationContext context) {
        if (!enabled) {
            Authentication sender = authentication.get();
            return new AuthorizationDecision(
                    sender != null && sender.isAuthenticated() && !(sender instanceof AnonymousAuthenticationToken));
        }
        HttpServletRequest request = context.getRequest();
        InboundResult result = decided(request);
        if (result == null) {
            result = mesh.get().inbound().authorize(MeshServletFilter.sent(request, peers, addresses));
            request.setAttribute(DECIDED, result);
            LOG.debug("{} {}: {}", request.getMethod(), request.getRequestURI(), result);
        }
        return new AuthorizationDecision(result.isAllowed());
    }

    /** The error page of a request has another path, which the policy does not know. */
    private static @Nullable InboundResult decided(HttpServletRequest request) {
        return request.getAttribute(DECIDED) instanceof InboundResult earlier
                ? earlier
                : MeshServletFilter.result(request);
    }
}
