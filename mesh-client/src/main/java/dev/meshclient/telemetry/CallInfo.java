package dev.meshclient.telemetry;

import dev.meshclient.Decision;
import java.io.IOException;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * One call through the mesh: a live view, not a copy. Only the mesh implements it; methods may be added. Do not keep it after
 * {@link CallObserver#ended}.
 */
public interface CallInfo {
    /** The request as the caller made it; as soon as the call enters the mesh, as the interceptors above the mesh made it. */
    Request request();

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
     * The failure in the letters of Envoy's response flags; empty if there is none. Those of {@link dev.meshclient.MeshFailure}, and for other
     * failures {@code UF} no connection, {@code DF} unknown name, {@code UR} stream refused, {@code UC} connection broken,
     * {@code UT} time limit of an attempt, {@code UPE} no HTTP, {@code DC} cancelled by the caller, {@code LR} any failure
     * within this process.
     */
    String reason();

    /** A snapshot that may be kept; each call of this method makes a new one. */
    Decision decision();
}
