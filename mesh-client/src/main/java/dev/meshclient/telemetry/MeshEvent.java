package dev.meshclient.telemetry;

import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.policy.PolicyProblem;
import java.time.Instant;
import java.util.List;

/** Something that happened beside calls. Only the mesh implements these; kinds and methods may be added. */
public sealed interface MeshEvent {
    /**
     * An endpoint gets no calls until a probe is answered; once, before {@link EndpointReturned}. There is no event for an ejected
     * endpoint that policy does not list any more.
     */
    non-sealed interface EndpointEjected extends MeshEvent {
        /** The service that it belongs to. */
        String service();

        /** {@code address:port}. */
        String endpoint();

        /** Why. */
        String reason();
    }

    /** An endpoint that was ejected gets calls again, fewer at first. */
    non-sealed interface EndpointReturned extends MeshEvent {
        /** The service that it belongs to. */
        String service();

        /** {@code address:port}. */
        String endpoint();

        /** Why. */
        String reason();
    }

    /** A document is in force; services of it may have been refused and kept as before, see {@code Mesh.status()}. */
    non-sealed interface PolicyApplied extends MeshEvent {
        /** {@code epoch/version} of the document. */
        String revision();
    }

    /** A document was refused as a whole; the one before it stays in force. */
    non-sealed interface PolicyRefused extends MeshEvent {
        /** {@code epoch/version} of the document that stays in force; empty if there is none. */
        String revision();

        /** What is wrong with the document. */
        List<PolicyProblem> problems();
    }

    /**
     * Another identity is in use from now on: the first, one whose certificate was renewed, or one that trusts other authorities.
     */
    non-sealed interface IdentityRotated extends MeshEvent {
        /** The SPIFFE ID, or the subject of a certificate that has none. */
        String id();

        /** When it expires. */
        Instant notAfter();

        /** False if only the certificate was renewed; else, and with the first one, connections of an old identity end. */
        boolean trustChanged();
    }

    /** The source of an identity has none that is good; the one in use stays. Once for each reason. */
    non-sealed interface IdentityRejected extends MeshEvent {
        /** As {@code MountedIdentity.at(/var/run/mesh)}. */
        String source();

        /** Which file it is, and what is wrong with it. */
        String reason();
    }

    /** The certificate in use was not renewed. */
    non-sealed interface IdentityExpiring extends MeshEvent {
        /** The SPIFFE ID, or the subject of a certificate that has none. */
        String id();

        /** When it expires. */
        Instant notAfter();

        /** How much of its life is over: 50, 80, and 100 when it has expired. */
        int lifePercent();
    }

    /** Something was decided about a request, or would be by a shadow policy; requests that come in are among these. */
    non-sealed interface AuthorizationDecided extends MeshEvent {
        /** What was decided. */
        AuthorizationEvent decision();
    }
}
