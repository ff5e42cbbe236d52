package dev.meshclient.spring.server;

import dev.meshclient.InboundContext;
import dev.meshclient.authz.InboundResult;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The names of the attributes that the mesh sets on inbound requests, for {@code @RequestAttribute} and
 * {@code ServerWebExchange.getAttribute}.
 */
public final class InboundAttributes {
    /** The SPIFFE ID of the sender, a {@code String}, from its certificate; absent: it has none that the mesh trusts. */
    public static final String PEER = "dev.meshclient.peer";

    /** The claims of the request's valid token, a {@code Map<String, Object>}; absent: it has none, or it was not checked. */
    public static final String CLAIMS = "dev.meshclient.claims";

    /**
     * The key in the Reactor context under which WebFlux has the {@link InboundContext} of the request. It is the name of the class,
     * so that Micrometer's context propagation carries it to threads too.
     */
    public static final String CONTEXT = InboundContext.class.getName();

    private InboundAttributes() {}

    static Map<String, Object> of(@Nullable String peer, @Nullable InboundResult result) {
        Map<String, Object> attributes = new HashMap<>();
        if (peer != null) {
            attributes.put(PEER, peer);
        }
        if (result != null && !result.claims().isEmpty()) {
            attributes.put(CLAIMS, result.claims());
        }
        return attributes;
    }
}
