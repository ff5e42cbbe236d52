package dev.meshclient.telemetry;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One attempt of a call, as it stands when it is asked: a view, not a copy. Only the mesh implements it; methods may be added. Do
 * not keep it after {@link CallObserver#ended}.
 */
public interface AttemptInfo {
    /** The call that it belongs to. */
    CallInfo call();

    /** From 1 on. */
    int number();

    /** {@code address:port}; empty if the endpoints are not listed. */
    String endpointName();

    /** The zone of the endpoint; empty if it is not known. */
    String zone();

    /** In a word, as {@code response} or {@code connect-failed}; {@code running} while it has no outcome. */
    String outcomeName();

    /** Of the response; 0 if there is none. */
    int status();

    /** Nanoseconds from the beginning of the attempt to its outcome, or to now. */
    long elapsedNanos();

    /** Why there is no response; null if there is one, and while it runs. */
    @Nullable
    IOException failure();
}
