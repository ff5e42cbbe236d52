package dev.meshclient.telemetry;

import dev.meshclient.Decision;
import java.io.IOException;
import java.util.List;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * One call through the mesh: a live view, not a copy. Only the mesh implements it; methods may be added. Do not keep it after
 * {@link CallObserver#ended}.
 */
public interface CallInfo {
    /** No connection to the endpoint, or a handshake of TLS that failed. */
    String NO_CONNECTION = "UF";
    /** The name of the endpoint is not known. */
    String UNKNOWN_NAME = "DF";
    /** The peer refused the stream. */
    String STREAM_REFUSED = "UR";
    /** The connection broke, before or within the response. */
    String CONNECTION_BROKEN = "UC";
    /** The time limit of an attempt expired. */
    String ATTEMPT_TIMEOUT = "UT";
    /** The response is not HTTP. */
    String NO_HTTP = "UPE";
    /** The caller cancelled the call. */
    String CANCELLED = "DC";
    /** A failure within this process. */
    String LOCAL = "LR";

    /** The request as the caller made it; as soon as the call enters the mesh, as the interceptors above the mesh made it. */
    Request request();

    /**
     * Whether the mesh handles it; false before it enters the mesh, if an interceptor above answers it, and if a redirect sends it
     * to a host outside.
     */
    boolean isOfMesh();

    /** The service that claims the host; empty before routing, and if no service does. */
    String service();

    /** The rule that matches the request; empty before routing, and if no rule does. */
    String rule();

    /** The revision of the policy that routed it, such as {@code 2026-11/1842}; empty before routing, and if no service claims the host. */
    String policy();

    /** The backend, {@code service} or {@code service/subset}; empty before one is chosen. */
    String backend();

    /** The number of attempts that have begun. */
    int attempts();

    /** The attempt that began last, and by {@link AttemptInfo#previous} those before it; null: none has begun. */
    @Nullable
    AttemptInfo latest();

    /** The status of the latest response; 0 if there is none. */
    int status();

    /** Nanoseconds since the call entered the mesh; before that, since the caller made it. */
    long elapsedNanos();

    /** Why the caller does not get a whole response: a body that fails after its headers counts. Null: no failure. */
    @Nullable
    IOException failure();

    /**
     * The failure in the letters of Envoy's response flags; empty if there is none. The constants of
     * {@link dev.meshclient.MeshFailure} for a failure that the mesh reports, for any other those here.
     */
    String reason();

    /** The actions that shadow sections would have taken so far, as {@link Decision#shadow}; empty: none differs. */
    List<String> shadow();

    /** A snapshot that may be kept; each call of this method makes a new one. */
    Decision decision();
}
