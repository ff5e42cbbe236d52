package dev.meshclient;

import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.PolicyProblem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The state of a mesh at one time, for health pages and readers: the policy in force, its refused and kept parts, and the state
 * of each endpoint. Only the mesh implements these types; methods may be added.
 */
public interface MeshStatus {
    /** The source of policy. */
    String source();

    /** The revision of the document in force, such as {@code 2026-11/1842}; empty before the first. */
    String revision();

    /** The time since it came into force; null before the first. */
    @Nullable
    Duration age();

    /** How current that document is; null before the first. */
    @Nullable
    Freshness freshness();

    /** The source's last problem since it delivered or confirmed the document in force; null: none. */
    @Nullable
    Problem lastProblem();

    /** The identities of this workload, by {@code credentialName}; its identity in the mesh has the empty name. */
    Map<String, Identity> identities();

    /** The services by name. */
    Map<String, Service> services();

    /** A service by its name; null: there is none with this name. */
    default @Nullable Service service(String name) {
        Objects.requireNonNull(name, "name must not be null: pass the name of a service");
        return services().get(name);
    }

    /** The services that this workload has called in the last five minutes, and their zones. */
    ServiceMap serviceMap();

    /** Whether a policy is in force. */
    default boolean isReady() {
        return age() != null;
    }

    /** All refused parts: problems by service, and under {@code $} those of the last document if it was refused as a whole. */
    Map<String, List<PolicyProblem>> refusals();

    /** A report of several lines, for a log or a health page; for each service at most 100 endpoints. */
    @Override
    String toString();

    /** The origin of a service's policy. */
    enum State {
        /** The document in force states it. */
        IN_FORCE,
        /** The document states it but it is refused: its last good policy is kept. */
        KEPT,
        /** The document does not list it: its last policy is kept for a time. */
        ABSENT,
        /**
         * The document states it, it is refused, and there was no good policy before: its calls fail with
         * {@link PolicyUnavailable}.
         */
        REFUSED
    }

    /** The origin of the document in force. */
    enum From {
        /** The source delivered it, or has confirmed it since. */
        LIVE,
        /** From the snapshot of an earlier process; the source has not confirmed it yet. */
        SNAPSHOT,
        /** As {@link #SNAPSHOT}, and the document's {@code metadata.ttl} had expired when it came into force. */
        STALE
    }

    /** An identity that this workload presents to peers. */
    interface Identity {
        /** Its source. */
        String source();

        /** The SPIFFE ID, or the subject of a certificate without one; empty: there is none yet. */
        String id();

        /** The time since that certificate is in use; null: there is none yet. */
        @Nullable
        Duration age();

        /** The time until it expires, negative after that; null: there is none yet. */
        @Nullable
        Duration expiresIn();

        /** Why there is no newer certificate; empty: no problem. */
        String problem();
    }

    /** How current the document in force is. */
    interface Freshness {
        /** Its origin. */
        From from();

        /**
         * The time since the source last confirmed it, to this or an earlier process. A document in memory is confirmed as long as
         * it is the last one of its source: 0.
         */
        Duration age();
    }

    /** A problem that a source reported. */
    interface Problem {
        /** The problem, in one sentence. */
        String message();

        /** The time since it occurred. */
        Duration age();

        /** The time since the first problem after the last success. */
        Duration lasting();

        /** The problems of the document if it was refused; empty otherwise. */
        List<PolicyProblem> refused();
    }

    /** A service. */
    interface Service {
        /** The origin of its policy. */
        State state();

        /** The document of its policy; empty if it has none. */
        String revision();

        /** The time until it is dropped unless a document lists it again; null if it is not dropped. */
        @Nullable
        Duration dropsIn();

        /** The hosts that it claims. */
        List<String> hosts();

        /** Why its policy in the document is refused; empty if it is not. */
        List<PolicyProblem> problems();

        /** Its rules, and the layers of each, as readable text; empty if its calls are refused. */
        String pipeline();

        /**
         * Calls that wait for a slot of one of its backends ({@code limits.maxPendingRequests}); 0: none waits, or the policy
         * states no queue.
         */
        int pending();

        /** All endpoints that its policy lists; with resolution {@code DNS} the known addresses of its names. */
        List<Endpoint> endpoints();

        /**
         * Its rules, backends, endpoints and settings, and where each is stated, as {@link Mesh#explain} states them for a
         * request. Computed when it is called: health is as of then, all else as of this status. Null: its calls are refused.
         */
        @Nullable
        Explanation effective();

        /** The circuit breakers of the service and its subsets, those that the policy states; empty: none. */
        List<CircuitBreaker> circuitBreakers();

        /** The distance of its attempts since the mesh has known it. */
        Traffic traffic();
    }

    /**
     * Attempts by distance, first attempts and retries alike: traffic between zones may cost money and takes longer. Not
     * counted with resolution {@code NONE}.
     */
    interface Traffic {
        /** To endpoints in the caller's zone. */
        Volume sameZone();

        /** To other zones of the caller's region. */
        Volume crossZone();

        /** To other regions. */
        Volume crossRegion();

        /** The zone of the caller or the endpoint is not stated. */
        Volume unknown();

        /** Of all these attempts, those without TLS. */
        long plaintext();
    }

    /** An amount of traffic. */
    interface Volume {
        /** Attempts that began. */
        long requests();

        /** Bytes of request bodies that were sent completely. */
        long sentBytes();

        /** Bytes of response bodies that were read completely, as received on the wire; without headers and TLS. */
        long receivedBytes();
    }

    /** The circuit breaker of a backend. */
    interface CircuitBreaker {
        /** {@code service} or {@code service/subset}. */
        String backend();

        /** Its state. */
        BreakerState state();

        /** Why it is not closed; empty: it is closed. */
        String reason();

        /** The time until attempts may probe the backend; null: it is not open, or that time is not known. */
        @Nullable
        Duration nextProbeIn();

        /** The attempts in its window; of an open one, those that opened it. */
        int attempts();

        /** Of these, the failed ones. */
        int failures();

        /** Whether it refuses nothing, and counts what it would refuse. */
        boolean isShadow();

        /** Whether a breaker lets attempts pass. */
        enum BreakerState {
            /** It admits them. */
            CLOSED,
            /** It refuses them. */
            OPEN,
            /** It admits a number of probes. */
            HALF_OPEN
        }
    }

    /** An endpoint. */
    interface Endpoint {
        /** {@code address:port}. */
        String address();

        /** Its locality. */
        Locality locality();

        /** Its cluster; empty if none is stated. */
        String cluster();

        /** The state of its cluster in the policy; UP if none is stated. */
        Cluster.State clusterState();

        /** Its health as the registry states it. */
        Health health();

        /** Its weight in the policy; 0: it gets no calls, whatever its health. */
        int weight();

        /** Running attempts, until the end of their bodies. */
        int inFlight();

        /** Why it is ejected and gets no calls; empty: it is not ejected. */
        String ejected();

        /** Why it fails its health checks and gets no calls; empty: it passes them, or is not checked. */
        String failedCheck();

        /** Whether it is ejected and a request is probing it. */
        boolean isProbed();

        /** The time until a request may probe it; null if it is not ejected. */
        @Nullable
        Duration nextProbeIn();

        /** Why it would be ejected if {@code outlierDetection} were no shadow; empty: it would not be. */
        String wouldBeEjected();

        /** Its attempts in the last minute; all 0 if it had none. */
        LastMinute lastMinute();
    }

    /**
     * The attempts at an endpoint that ended in the last 45 to 60 s. At most 8,192 endpoints of a mesh are counted at a time, those
     * that had calls first; nothing is kept over a restart.
     */
    interface LastMinute {
        /** Attempts that were sent, first attempts and retries alike. */
        long requests();

        /** Of these, those without a response, or with a status from 500; an attempt that the caller ended is no failure. */
        long failures();

        /** Of these, those that were not the first of their call. */
        long retries();

        /**
         * The median of the time until the response headers; an attempt that the policy's time limit ended counts with that limit.
         * Precise to 1/16, below 0.5 ms to 33 µs; at most 68 s. Null: there was none.
         */
        @Nullable
        Duration median();

        /** The 99th percentile of the same times. */
        @Nullable
        Duration p99();
    }
}
