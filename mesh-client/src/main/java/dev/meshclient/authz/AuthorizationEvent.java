package dev.meshclient.authz;

/** A decision about one request that a listener may want to know. Only the mesh implements it. */
public interface AuthorizationEvent {
    /** Whether the request came in; else a call of ours was about to be sent. */
    boolean inbound();

    /** The service whose policies decided. */
    String service();

    /** What was decided, or would be. */
    Kind kind();

    /** The policy that decided; empty if none did. */
    String policy();

    /** The rule of the policy, {@code rules[0]}; empty if it was not one. */
    String rule();

    /** The SPIFFE ID of the workload that sends the request; empty if it has none, or none is known. */
    String peer();

    /** The method of the request. */
    String method();

    /** The path of the request, as it was sent, without the query. */
    String path();

    /** What was decided, or would be. */
    enum Kind {
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
