package dev.meshclient.authz;

import java.util.Map;

/** The result for an inbound request. Only the mesh implements it. */
public interface InboundResult {
    /** ALLOWED, or the reason to refuse the request. */
    Status status();

    /**
     * The policy that decided. If no ALLOW policy allows the request, all of them, separated by commas; likewise those that ask for
     * paths if the path is ambiguous. Empty if no authorization policy decided: there is none, the token is not valid, or policy
     * is not available.
     */
    String policy();

    /** The rule of the policy, such as {@code rules[0]}; empty if no rule decided. */
    String rule();

    /** The reason, for the log of the server. Do not send it to the client: it reveals which requests are allowed. */
    String reason();

    /** The claims of the request's valid token; empty if it has none. */
    Map<String, Object> claims();

    /** Whether the application may see the {@code Authorization} header; false: remove it. */
    boolean forwardToken();

    /** Whether the request is allowed. */
    default boolean isAllowed() {
        return status() == Status.ALLOWED;
    }

    /** The result as a status. */
    enum Status {
        ALLOWED(200),
        /** The token of the request is not valid. */
        UNAUTHENTICATED(401),
        /** The policy denies the request. */
        DENIED(403),
        /** There is no policy yet, or the keys of a token's issuer are not available. */
        UNAVAILABLE(503);

        private final int http;

        Status(int http) {
            this.http = http;
        }

        /** The status code of the answer. */
        public int http() {
            return http;
        }
    }
}
