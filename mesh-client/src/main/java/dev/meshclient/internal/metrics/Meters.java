package dev.meshclient.internal.metrics;

import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.CallMeter;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Locality;
import dev.meshclient.telemetry.MeshMetrics;
import java.util.Collection;

/** The metrics of a mesh. Without a registry its layers are left out, and no class of Micrometer is loaded. */
public interface Meters {
    /** The service of calls to a host that no service lists. A host would be no bounded value. */
    String UNKNOWN = "unknown";

    /** No registry. */
    Meters NONE = new Meters() {};

    /** @throws IllegalStateException if the registry has the metrics of another mesh with this name */
    static Meters of(Time time, MeshMetrics metrics) {
        return new BoundMeters(new SafeRegistry(time, metrics));
    }

    /** Counts the calls of a rule to a backend. */
    default CallMeter calls(String service, String rule, String backend) {
        return CallMeter.NONE;
    }

    /** Above the layer that finds the target of a call: counts the calls that fail without one. */
    default CallLayer ofUntargeted(String service, CallLayer next) {
        return next;
    }

    /**
     * Once an attempt, below balance, which chooses its endpoint.
     *
     * @param own the locality of this process
     */
    default AttemptLayer ofAttempts(String service, String backend, Locality own, AttemptLayer next) {
        return next;
    }

    /**
     * Another policy is in force: removes the series that it does not need.
     *
     * @param services all its services, refused ones included
     * @param targets the targets of its calls
     */
    default void inForce(Collection<String> services, Collection<Target> targets) {}

    /** Removes all series. */
    default void close() {}
}
