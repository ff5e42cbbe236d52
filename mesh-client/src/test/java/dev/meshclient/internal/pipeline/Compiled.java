package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.control.PolicyControl;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import java.time.Duration;
import java.util.List;

/** A document in force, where no endpoint is a name. */
final class Compiled {
    private Compiled() {}

    static MeshState state(PolicyDocument document, LocalWorkload self, Time time) throws PolicyException {
        CurrentState current = new CurrentState(time, name -> List.of(), self, Telemetry.none(time));
        new PolicyControl(current, time, Duration.ZERO).apply(document);
        return current.now();
    }
}
