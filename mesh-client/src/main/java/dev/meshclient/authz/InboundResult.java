package dev.meshclient.authz;

import java.util.Map;

/**
 * Whether a request that came in may go on.
 *
 * @param status ALLOWED, or why not
 * @param policy that decided; empty if none did
 * @param rule of the policy; empty if it was not one
 * @param reason for the log of the server. Do not tell it to the client: it says what it would take to be let in
 * @param claims of the valid token that the request carried; empty if it carried none
 * @param forwardToken whether the application may see the {@code Authorization} header; false: take it away
 */
public record InboundResult(
        Status status, String policy, String rule, String reason, Map<String, Object> claims, boolean forwardToken) {
    /** What to answer. */
    public enum Status {
        ALLOWED(200),
        /** The token that came with it is not valid. */
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

    /** Whether it may go on. */
    public boolean isAllowed() {
        return status == Status.ALLOWED;
    }
}
