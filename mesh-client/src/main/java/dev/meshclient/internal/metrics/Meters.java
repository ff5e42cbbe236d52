package dev.meshclient.internal.metrics;

import dev.meshclient.MeshStatus;
import dev.meshclient.Workload;
import dev.meshclient.authz.AuthorizationEvent;
import dev.meshclient.authz.InboundExchange;
import dev.meshclient.authz.InboundRequest;
import dev.meshclient.internal.call.AttemptLayer;
import dev.meshclient.internal.call.CallLayer;
import dev.meshclient.internal.call.CallMeter;
import dev.meshclient.internal.call.Target;
import dev.meshclient.internal.endpoint.CheckResult;
import dev.meshclient.internal.endpoint.EjectionDetector;
import dev.meshclient.internal.endpoint.ServiceState;
import dev.meshclient.internal.identity.LiveIdentity;
import dev.meshclient.internal.time.Time;
import dev.meshclient.policy.Locality;
import dev.meshclient.telemetry.MeshMetrics;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The metrics of a mesh. Without a registry its layers are left out, and no class of Micrometer is loaded. */
public interface Meters {
    /** The service of calls to a host that no service lists. A host would be no bounded value. */
    String UNKNOWN = "unknown";

    /** No registry. */
    Meters NONE = new Meters() {};

    /**
     * @param workload this process
     * @param identity its SPIFFE ID; null: not known
     * @throws IllegalStateException if the registry has the metrics of another mesh with this name
     */
    static Meters of(Time time, MeshMetrics metrics, Workload workload, Supplier<@Nullable String> identity) {
        SafeRegistry registry = new SafeRegistry(time, metrics);
        registry.checkUnused();
        IstioSeries istio = metrics.hasIstioNames() ? new IstioSeries(registry, time, workload, identity) : null;
        return new BoundMeters(registry, time, istio);
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
     * Another policy is in force: shows the endpoints of its services, and removes the series that it does not need.
     *
     * @param services all its services, refused ones included
     * @param targets the targets of its calls
     * @param live the state that its calls change
     */
    default void inForce(Map<String, ListedService> services, Collection<Target> targets, Live live) {}

    /**
     * A service of the policy.
     *
     * @param authorization the names of its authorization policies
     * @param hosts its hosts, without ports; of a refused service none
     */
    record ListedService(Set<String> authorization, List<String> hosts) {}

    /**
     * The live state, by name. A service keeps its series over policies as long as it keeps its state.
     *
     * @param services the state of each service whose endpoints are known
     * @param backends the state of each backend
     */
    record Live(Map<String, ServiceState> services, Map<String, LiveBackend> backends) {}

    /**
     * The live state of a backend.
     *
     * @param inFlight the number of calls in flight
     * @param pending the number of calls that wait for a slot; null: none may wait
     * @param retriesLeft the number of retries that its budget allows at a time
     */
    record LiveBackend(LongSupplier inFlight, @Nullable LongSupplier pending, LongUnaryOperator retriesLeft) {}

    /** Counts an ejection. */
    default void ejected(String service, EjectionDetector detector) {}

    /** Counts a health check. */
    default void checked(String service, CheckResult result) {}

    /** Counts a decision of authorization policies. */
    default void authorization(AuthorizationEvent event) {}

    /**
     * Counts an inbound request that is allowed.
     *
     * @param service the service of this process; empty: not known
     * @param policy the policy that allows it; empty: none was needed
     */
    default void allowed(String service, String policy) {}

    /** An inbound request begins. */
    default InboundExchange begin(InboundRequest request) {
        return status -> {};
    }

    /**
     * Shows the age of the policy in force, and the counters of documents.
     *
     * @param source the name of its source
     * @param age seconds since it came into force; NaN = there is none
     * @param confirmedAge seconds since its source confirmed it; NaN = there is none
     */
    default void policy(String source, DoubleSupplier age, DoubleSupplier confirmedAge) {}

    /** Shows the revision in force and its freshness, each time when one of them may have changed. */
    default void policyInfo(String source, String revision, MeshStatus.From freshness) {}

    /**
     * Counts the rotations of an identity.
     *
     * @param name its credentialName; empty = the identity in the mesh
     */
    default LiveIdentity.News ofRotations(String name, LiveIdentity.News next) {
        return next;
    }

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
