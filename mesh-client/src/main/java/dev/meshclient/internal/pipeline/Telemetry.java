package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.metrics.Meters;
import dev.meshclient.internal.time.Time;

/** The observers and listeners of a mesh, and its metrics. */
public record Telemetry(Events events, Meters meters) {
    /** No observers, no listeners, no metrics. */
    public static Telemetry none(Time time) {
        return of(Events.none(time));
    }

    /** No metrics. */
    public static Telemetry of(Events events) {
        return new Telemetry(events, Meters.NONE);
    }
}
