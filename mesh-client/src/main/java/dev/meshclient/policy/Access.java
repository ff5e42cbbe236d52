package dev.meshclient.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may call a service and how callers authenticate; null where nothing is stated.
 *
 * @param authorization the policies that decide who may call it; an empty list allows every caller, like null
 * @param requestAuthentication the token issuers that it accepts; null: it checks no tokens
 * @param credentials the token that is sent with calls to it; null: none
 */
public record Access(
        @Nullable List<AuthorizationPolicy> authorization,
        @Nullable RequestAuthentication requestAuthentication,
        @Nullable TokenCredentials credentials) {
    /** Nothing is stated. */
    public static final Access NONE = new Access(null, null, null);

    public Access {
        authorization = authorization == null ? null : Required.list(authorization, "authorization");
    }

    /** These settings; each of the three that is not stated is taken from {@code base}. */
    public Access over(Access base) {
        Required.value(base, "base", "Access.NONE for none");
        return new Access(
                authorization != null ? authorization : base.authorization,
                requestAuthentication != null ? requestAuthentication : base.requestAuthentication,
                credentials != null ? credentials : base.credentials);
    }
}
