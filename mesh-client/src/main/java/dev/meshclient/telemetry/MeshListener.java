package dev.meshclient.telemetry;

/**
 * What happens beside calls. {@link CallObserver} sees the calls. It runs on the thread on which the event happens, often that of a
 * call, and must not block. What it throws is logged, at most once a minute, and harms nothing.
 */
public interface MeshListener {
    /** Something happened; which, its type says: {@code if (event instanceof MeshEvent.EndpointEjected e) ..}. */
    default void on(MeshEvent event) {}
}
