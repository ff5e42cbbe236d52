package dev.meshclient.authz;

/**
 * A decision that is worth telling.
 *
 * @param inbound whether the request came in; else a call of ours was about to go out
 * @param service whose policies they are
 * @param kind what was decided, or would be
 * @param policy that did it; empty if none did
 * @param rule of the policy; empty if it was not one
 * @param peer the SPIFFE ID of who asks; empty if it has or is known to have none
 * @param method of the request
 * @param path of the request, as it was sent, without the query
 */
public record AuthorizationEvent(
        boolean inbound,
        String service,
        Kind kind,
        String policy,
        String rule,
        String peer,
        String method,
        String path) {
    /** What was decided, or would be. */
    public enum Kind {
        /** The request is refused. */
        DENIED,
        /** Its token is not valid; the request is refused. */
        UNAUTHENTICATED,
        /** There is no policy to decide by; the request is refused. */
        UNDECIDED,
        /** It is allowed, and would not be if the shadow policies counted. */
        WOULD_BE_DENIED,
        /** It is denied, and would not be if the shadow policies counted. */
        WOULD_BE_ALLOWED,
        /** An AUDIT policy matches it. */
        AUDITED
    }
}
