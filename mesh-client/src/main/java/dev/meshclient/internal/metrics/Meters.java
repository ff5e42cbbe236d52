package dev.meshclient.internal.metrics;

import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.CallMeter;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Locality;
import dev.meshclient.telemetry.MeshMetrics;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

/** The metrics of a mesh. Without a registry its layers are left out, and no class of Micrometer is loaded. */
public interface Meters {
    /** The service of calls to a host that no service lists. A host would be no bounded value. */
    String UNKNOWN = "unknown";

    /** No registry. */
    Meters NONE = new Meters() {};

    /** @throws IllegalStateException if the registry has the metrics of another mesh with this name */
    static Meters of(Time time, MeshMetrics metrics) {
        SafeRegistry registry = new SafeRegistry(time, metrics);
        registry.checkUnused();
        return new BoundMeters(registry, time);
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
     * @param live the state that its calls change
     */
    default void inForce(Collection<String> services, Collection<Target> targets, Live live) {}

    /**
     * The live state, by name. Equal objects over policies keep their series.
     *
     * @param services the state of each service
     * @param inFlight the number of calls in flight to each backend
     */
    record Live(Map<String, ServiceState> services, Map<String, ? extends LongSupplier> inFlight) {}

    /**
     * Shows the age of the policy in force.
     *
     * @param source the name of its source
     * @param age seconds since it came into force; NaN = there is none
     * @param confirmedAge seconds since its source confirmed it; NaN = there is none
     */
    default void policy(String source, DoubleSupplier age, DoubleSupplier confirmedAge) {}

    /**
     * Shows the expiry of an identity.
     *
     * @param name its credentialName; empty = the identity in the mesh
     * @param secondsLeft negative = it has expired; NaN = there is none
     */
    default void identity(String name, DoubleSupplier secondsLeft) {}

    /** The results of documents. */
    enum DocumentResult {
        APPLIED,
        UNCHANGED,
        /** Services of it were refused. */
        PARTLY_REFUSED,
        REFUSED;

        String tag() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** Counts a document. */
    default void document(DocumentResult result) {}

    /** Removes all series. */
    default void close() {}
}
