package dev.meshclient.policy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may call a service and how callers show who they are; null where nothing is stated.
 *
 * @param authorization who may call it; an empty list allows everybody, like none
 * @param requestAuthentication whose tokens it believes; null: it looks at none
 * @param credentials what is sent along with calls to it; null: nothing is
 */
public record Access(
        @Nullable List<AuthorizationPolicy> authorization,
        @Nullable RequestAuthentication requestAuthentication,
        @Nullable TokenCredentials credentials) {
    /** Nothing is stated. */
    public static final Access NONE = new Access(null, null, null);

    public Access {
        authorization = authorization == null ? null : List.copyOf(authorization);
    }

    /** What is stated here, and each of the three that is not, as {@code base} has it. */
    public Access over(Access base) {
        return new Access(
                authorization != null ? authorization : base.authorization,
                requestAuthentication != null ? requestAuthentication : base.requestAuthentication,
                credentials != null ? credentials : base.credentials);
    }
}
