package dev.meshclient.internal.authz;

import dev.meshclient.policy.Access;
import dev.meshclient.policy.RequestAuthentication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The compiled authorization of inbound requests to one service. */
public final class Boundary {
    final String service;
    /** The reason to refuse all requests; null: policies decide. */
    final @Nullable String closed;

    final Authorization authorization;
    /** Null: tokens are not checked. */
    final @Nullable TokenCheck tokens;

    final boolean forwardToken;

    private Boundary(
            String service,
            @Nullable String closed,
            Authorization authorization,
            @Nullable TokenCheck tokens,
            boolean forwardToken) {
        this.service = service;
        this.closed = closed;
        this.authorization = authorization;
        this.tokens = tokens;
        this.forwardToken = forwardToken;
    }

    /**
     * @param access the policy's settings for the service
     * @param trustDomain the mesh's trust domain; null: no SPIFFE ID in a token is accepted
     * @param keys the keys of the issuers
     */
    public static Boundary of(String service, Access access, @Nullable String trustDomain, KeySets keys) {
        RequestAuthentication authentication = access.requestAuthentication();
        return new Boundary(
                service,
                null,
                Authorization.of(access.authorization() == null ? List.of() : access.authorization()),
                authentication == null
                        ? null
                        : TokenCheck.of(authentication.providers().values(), service, trustDomain, keys),
                authentication == null || authentication.forwardOriginalToken());
    }

    /** Refuses all requests. */
    public static Boundary closed(String service, String why) {
        return new Boundary(service, why, Authorization.of(List.of()), null, false);
    }
}
