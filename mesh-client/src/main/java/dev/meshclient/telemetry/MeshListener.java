package dev.meshclient.telemetry;

/**
 * Receives events outside calls; {@link CallObserver} observes the calls. It runs on the thread of the event, often the thread
 * of a call, and must not block. Its exceptions are logged, at most once a minute, and have no other effect.
 */
@FunctionalInterface
public interface MeshListener {
    /** Receives an event; its type tells which: {@code if (event instanceof MeshEvent.EndpointEjected e) ..}. */
    void on(MeshEvent event);
}
