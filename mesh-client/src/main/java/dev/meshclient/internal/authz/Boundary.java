package dev.meshclient.internal.authz;

import dev.meshclient.policy.Access;
import dev.meshclient.policy.RequestAuthentication;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What holds for the requests that come in to one service, compiled. */
public final class Boundary {
    final String service;
    /** Why no request may go on; null: policies decide. */
    final @Nullable String closed;

    final Authorization authorization;
    /** Null: tokens are not looked at. */
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
     * @param access of the service
     * @param trustDomain of the mesh; null: no SPIFFE ID is believed in a token
     * @param keys of issuers
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

    /** No request may go on. */
    public static Boundary closed(String service, String why) {
        return new Boundary(service, why, Authorization.of(List.of()), null, false);
    }
}
