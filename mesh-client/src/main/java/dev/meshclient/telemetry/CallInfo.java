package dev.meshclient.telemetry;

import dev.meshclient.Decision;
import java.io.IOException;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * One call through the mesh, as it stands when it is asked: a view of the live call, not a copy. Only the mesh implements it;
 * methods may be added. Do not keep it after {@link CallObserver#ended}.
 */
public interface CallInfo {
    /** As the caller made it. */
    Request request();

    /** The service that claims the host; empty before routing, and if no service does. */
    String service();

    /** The rule that takes the request; empty before routing, and if no rule does. */
    String rule();

    /** The backend, {@code service} or {@code service/subset}; empty before one is chosen. */
    String backend();

    /** How many attempts have begun. */
    int attempts();

    /** Of the latest response; 0 if there is none. */
    int status();

    /** Nanoseconds since the call entered the mesh. */
    long elapsedNanos();

    /** Why the caller does not get a whole response: a body that fails after its headers counts. Null: it did not fail. */
    @Nullable
    IOException failure();

    /** All of it as one value that may be kept; made anew at each call of this method. */
    Decision decision();
}
