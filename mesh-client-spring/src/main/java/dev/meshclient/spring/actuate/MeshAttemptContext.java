package dev.meshclient.spring.actuate;

import dev.meshclient.telemetry.AttemptInfo;
import dev.meshclient.telemetry.CallObserver.OutgoingHeaders;
import io.micrometer.observation.transport.SenderContext;

/**
 * The context of the observation {@code mesh.client.attempt}, for handlers, filters and conventions of the application. A
 * {@code GlobalObservationConvention} for this type replaces its name and keys. What a handler sets on the carrier, such as
 * {@code traceparent}, replaces the header of the request in this attempt.
 */
public final class MeshAttemptContext extends SenderContext<OutgoingHeaders> {
    private final AttemptInfo attempt;

    MeshAttemptContext(AttemptInfo attempt, OutgoingHeaders headers) {
        super((carrier, name, value) -> {
            if (carrier != null) {
                carrier.set(name, value);
            }
        });
        this.attempt = attempt;
        setCarrier(headers);
        setRemoteServiceName(attempt.call().service());
    }

    /** The attempt: a live view, not to be kept after the observation. */
    public AttemptInfo attempt() {
        return attempt;
    }
}
