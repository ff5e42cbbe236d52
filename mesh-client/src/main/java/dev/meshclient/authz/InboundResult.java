package dev.meshclient.authz;

import java.util.Map;

/** Whether a request that came in may go on. Only the mesh implements it. */
public interface InboundResult {
    /** ALLOWED, or why the request may not go on. */
    Status status();

    /** The policy that decided; empty if none did. */
    String policy();

    /** The rule of the policy, {@code rules[0]}; empty if it was not one. */
    String rule();

    /** For the log of the server. Do not send it to the client: it says what would be let in. */
    String reason();

    /** Of the valid token that the request carried; empty if it carried none. */
    Map<String, Object> claims();

    /** Whether the application may see the {@code Authorization} header; false: take it away. */
    boolean forwardToken();

    /** Whether the request may go on. */
    default boolean isAllowed() {
        return status() == Status.ALLOWED;
    }

    /** What to answer. */
    enum Status {
        ALLOWED(200),
        /** The token that came with the request is not valid. */
        UNAUTHENTICATED(401),
        /** By policy. */
        DENIED(403),
        /** There is no policy yet, or the keys of a token's issuer cannot be had. */
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
