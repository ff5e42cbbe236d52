package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.events.Events;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.PolicyDocument;
import dev.meshclient.policy.PolicyException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** A document in force, where no endpoint is a name. */
final class Compiled {
    private Compiled() {}

    static MeshState state(PolicyDocument document, LocalWorkload self, Time time) throws PolicyException {
        PolicyControl control = new PolicyControl(time, name -> List.of(), self, Events.none(time), Duration.ZERO);
        control.apply(document, gone -> {});
        return Objects.requireNonNull(control.state());
    }
}
