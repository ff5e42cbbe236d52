package dev.meshclient.authz;

/** A decision about one request. Only the mesh implements it. */
public interface AuthorizationEvent {
    /** True for an inbound request; false for a call that was about to be sent. */
    boolean inbound();

    /** The service whose policies decided. */
    String service();

    /** The decision. */
    Kind kind();

    /** The policy that decided, as {@link InboundResult#policy}. */
    String policy();

    /** The rule of the policy, such as {@code rules[0]}; empty if no rule decided. */
    String rule();

    /** The SPIFFE ID of the sending workload; empty if it has none, or none is known. */
    String peer();

    /** The method of the request. */
    String method();

    /** The path of the request as it was sent, without the query. */
    String path();

    /** The kinds of decisions. */
    enum Kind {
        /** The request is refused. */
        DENIED,
        /** The token is not valid; the request is refused. */
        UNAUTHENTICATED,
        /** There is no policy for the decision; the request is refused. */
        UNDECIDED,
        /** The request is allowed; with the shadow policies it would be denied. */
        WOULD_BE_DENIED,
        /** The request is denied; with the shadow policies it would be allowed. */
        WOULD_BE_ALLOWED,
        /** An AUDIT policy matches it. */
        AUDITED
    }
}
