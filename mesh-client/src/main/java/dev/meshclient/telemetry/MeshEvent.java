package dev.meshclient.telemetry;

import dev.meshclient.MeshStatus;
import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.policy.PolicyProblem;
import java.time.Instant;
import java.util.List;

/** An event outside a call. Only the mesh implements these; kinds and methods may be added. */
public sealed interface MeshEvent {
    /**
     * An endpoint was ejected, or fails its health checks: it gets no calls until it answers a probe, or passes them. Sent once before each {@link EndpointReturned}; an
     * ejected endpoint that a new policy does not list any more sends no further event.
     */
    non-sealed interface EndpointEjected extends MeshEvent {
        /** The service of the endpoint. */
        String service();

        /** {@code address:port}. */
        String endpoint();

        /** Why it was ejected. */
        String reason();
    }

    /** An ejected endpoint gets calls again, fewer at first. */
    non-sealed interface EndpointReturned extends MeshEvent {
        /** The service of the endpoint. */
        String service();

        /** {@code address:port}. */
        String endpoint();

        /** Why it has returned. */
        String reason();
    }

    /** A document is in force; some of its services may have been refused and left as before, see {@code Mesh.status()}. */
    non-sealed interface PolicyApplied extends MeshEvent {
        /** The revision of the document, such as {@code 2026-11/1842}. */
        String revision();
    }

    /** A document was refused as a whole; the previous one stays in force. */
    non-sealed interface PolicyRefused extends MeshEvent {
        /** The revision of the document that stays in force; empty if there is none. */
        String revision();

        /** The errors of the document. */
        List<PolicyProblem> problems();
    }

    /**
     * A retry was refused because the retry budget is spent: until it recovers, failures and responses are returned as they are.
     * Sent at most once a minute for each budget, that of a service or a subset, on the thread of the call.
     */
    non-sealed interface RetryBudgetSpent extends MeshEvent {
        /** The service whose budget is spent. */
        String service();

        /** The backend of the call that was not repeated, {@code service} or {@code service/subset}. */
        String backend();

        /** Which budget is spent, and its limits. */
        String reason();
    }

    /** The circuit breaker of a backend opened, opened half, or closed; sent on the thread of the call that changed it. */
    non-sealed interface CircuitBreakerChanged extends MeshEvent {
        /** The service. */
        String service();

        /** {@code service} or {@code service/subset}. */
        String backend();

        /** Its state now. */
        MeshStatus.CircuitBreaker.BreakerState state();

        /** Why it has this state. */
        String reason();
    }

    /**
     * Another identity is in use: the first, a renewed certificate, or changed trust.
     */
    non-sealed interface IdentityRotated extends MeshEvent {
        /** The SPIFFE ID, or the subject of a certificate that has none. */
        String id();

        /** When the certificate expires. */
        Instant notAfter();

        /**
         * False if only the certificate was renewed; true for the first identity and any other change, after which old
         * connections are closed.
         */
        boolean trustChanged();
    }

    /** The source of an identity has no valid one; the one in use stays. Sent once for each reason. */
    non-sealed interface IdentityRejected extends MeshEvent {
        /** Its name, such as {@code MountedIdentity.at(/var/run/mesh)}. */
        String source();

        /** The file and its error. */
        String reason();
    }

    /** The certificate in use was not renewed. */
    non-sealed interface IdentityExpiring extends MeshEvent {
        /** The SPIFFE ID, or the subject of a certificate that has none. */
        String id();

        /** When the certificate expires. */
        Instant notAfter();

        /** The percentage of its life that has passed: 50, 80, and 100 when it has expired. */
        int lifePercent();
    }

    /** The peer of an attempt is rejected for a reason of security; sent for each such attempt, on the thread of its call. */
    non-sealed interface PeerRejected extends MeshEvent {
        /** The called service. */
        String service();

        /** {@code address:port}. */
        String endpoint();

        /** The kind of the failure. */
        Kind kind();

        /** The expected and the proved identity, or the rule that its certificate breaks. */
        String reason();

        /** Why a peer is rejected. */
        enum Kind {
            /** It proves another identity than the expected one. */
            WRONG_IDENTITY,
            /** Its certificate is not trusted, has expired or breaks a rule. */
            NOT_TRUSTED,
            /** It answers TLS in plaintext. */
            PLAINTEXT
        }
    }

    /** An authorization policy decided about a request, outbound or inbound, or a shadow policy would have. */
    non-sealed interface AuthorizationDecided extends MeshEvent {
        /** The decision. */
        AuthorizationEvent decision();
    }
}
