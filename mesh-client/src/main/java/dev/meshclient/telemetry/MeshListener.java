package dev.meshclient.telemetry;

import dev.meshclient.Decision;
import dev.meshclient.authz.AuthorizationEvent;
import java.io.IOException;
import java.time.Instant;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * What happens. To calls, in order: {@code callStarted}, then for each attempt {@code attemptStarted} and
 * {@code attemptEnded}, then {@code callEnded}. Told on the thread of the call, the ends of bodies on the thread that ends
 * them; it must not block. What it throws is logged and ignored.
 */
public interface MeshListener {
    /** A request entered the mesh. */
    default void callStarted(Request request) {}

    /** An attempt is about to be made; its endpoint is chosen. */
    default void attemptStarted(Request request, Decision.Attempt attempt) {}

    /** The attempt has an outcome: response headers, or a failure. */
    default void attemptEnded(Request request, Decision.Attempt attempt) {}

    /**
     * An endpoint gets no calls until a probe is answered; told once, on the thread of an attempt, before
     * {@link #endpointReturned}. One that policy lists no more is forgotten without a word.
     *
     * @param backend the service
     */
    default void endpointEjected(String backend, String endpoint, String reason) {}

    /**
     * An endpoint that was ejected gets calls again, fewer at first.
     *
     * @param backend the service
     */
    default void endpointReturned(String backend, String endpoint, String reason) {}

    /** Something was decided about who may call, or would be by a shadow policy; requests that come in are told of, too. */
    default void authorization(AuthorizationEvent event) {}

    /**
     * Another identity is in use from now on: the first, one whose certificate was renewed, or one that trusts others.
     *
     * @param id the SPIFFE ID, or the subject of a certificate that has none
     * @param notAfter when it expires
     * @param trustChanged false if only the certificate was renewed; else, and with the first one, connections of an old identity end
     */
    default void identityRotated(String id, Instant notAfter, boolean trustChanged) {}

    /**
     * The source of the identity has none that is good; what is in use stays. Told once for each reason.
     *
     * @param source as {@code MountedIdentity.at(/var/run/mesh)}
     * @param reason which file it is, and what is wrong with it
     */
    default void identityRejected(String source, String reason) {}

    /**
     * The certificate in use was not renewed.
     *
     * @param id the SPIFFE ID, or the subject of a certificate that has none
     * @param notAfter when it expires
     * @param lifePercent how much of its life is over: told at 50 and 80, and at 100 when it has expired
     */
    default void identityExpiring(String id, Instant notAfter, int lifePercent) {}

    /** The call is over, its body included; failure is null if the caller was given a response. */
    default void callEnded(Request request, Decision decision, @Nullable IOException failure) {}
}
