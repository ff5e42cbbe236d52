package dev.meshclient;

import dev.meshclient.policy.Endpoint.Health;
import dev.meshclient.policy.Locality;
import dev.meshclient.policy.PolicyProblem;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a mesh knows at one moment, for health pages and for people: which policy is in force, what of it is refused or kept
 * from before, and how each endpoint stands.
 * Only the mesh implements these types; facts may be added.
 */
public interface MeshStatus {
    /** Where policy comes from. */
    String source();

    /** {@code epoch/version} of the document in force; empty before the first. */
    String revision();

    /** Since that came into force; null before the first. */
    @Nullable
    Duration age();

    /** How much that document can be trusted to be what the source has now; null before the first. */
    @Nullable
    Freshness freshness();

    /** What the source said last, if nothing good came from it since: no document, and not that it still has the one in force. */
    @Nullable
    Problem lastProblem();

    /** What this workload proves, by {@code credentialName}; its identity in the mesh has the empty name. */
    Map<String, Identity> identities();

    /** By name. */
    Map<String, Service> services();

    /** Whether a policy is in force. */
    default boolean isReady() {
        return age() != null;
    }

    /** All that is refused: problems by service, and under {@code $} those of the last document if it was refused as a whole. */
    Map<String, List<PolicyProblem>> refusals();

    /** Several lines, for a log or a health page; of each service at most 100 endpoints. */
    @Override
    String toString();

    /** How the policy of a service came to be what it is. */
    enum State {
        /** As the document in force says. */
        IN_FORCE,
        /** The document has it and it is refused: its last good policy is kept. */
        KEPT,
        /** The document does not have it: its last policy is kept for a time. */
        ABSENT,
        /** The document has it, it is refused, and there was no good one before: its calls fail with {@link PolicyUnavailable}. */
        REFUSED
    }

    /** Where the document in force came from. */
    enum From {
        /** From the source, or the source has said since that it has it. */
        LIVE,
        /** From the snapshot of an earlier process, and the source has not been heard since. */
        SNAPSHOT,
        /** As {@link #SNAPSHOT}, and the document's {@code metadata.ttl} was over when it came into force. */
        STALE
    }

    /** What this workload proves to its peers. */
    interface Identity {
        /** Where it comes from. */
        String source();

        /** The SPIFFE ID, or the subject of a certificate that has none; empty: there is none yet. */
        String id();

        /** Since that certificate is in use; null: there is none yet. */
        @Nullable
        Duration age();

        /** Negative: it has expired; null: there is none yet. */
        @Nullable
        Duration expiresIn();

        /** Why there is nothing newer; empty: all is well. */
        String problem();
    }

    /** How much the document in force can be trusted to be what the source has now. */
    interface Freshness {
        /** Where it came from. */
        From from();

        /** Since the source last said that it has it, also where an earlier process heard that. */
        Duration age();
    }

    /** What a source said. */
    interface Problem {
        /** What happened. */
        String message();

        /** Since then. */
        Duration age();

        /** Since the first problem after which nothing good came. */
        Duration lasting();

        /** What is wrong with the document, if it was that; empty otherwise. */
        List<PolicyProblem> refused();
    }

    /** A service. */
    interface Service {
        /** How its policy came to be what it is. */
        State state();

        /** Of the document that its policy is from; empty if it has none. */
        String revision();

        /** When it is dropped unless a document has it again; null if it does not. */
        @Nullable
        Duration dropsIn();

        /** The hosts that it claims. */
        List<String> hosts();

        /** Why the document's is refused; empty if it is not. */
        List<PolicyProblem> problems();

        /** Its rules, and the layers of each, as text for people; empty if its calls are refused. */
        String pipeline();

        /** All that its policy lists; with resolution {@code DNS} the addresses that are known of its names. */
        List<Endpoint> endpoints();

        /** How far its attempts went since it is known. */
        Traffic traffic();
    }

    /**
     * How far attempts went, the first ones and retries alike: what leaves a zone may cost, and takes longer. With resolution
     * {@code NONE} nothing is known of it.
     */
    interface Traffic {
        /** To endpoints in our zone. */
        Volume sameZone();

        /** To other zones of our region. */
        Volume crossZone();

        /** To other regions. */
        Volume crossRegion();

        /** Where our zone or theirs is not stated. */
        Volume unknown();

        /** Of all these attempts, those without TLS. */
        long plaintext();
    }

    /** How much. */
    interface Volume {
        /** Attempts that began. */
        long requests();

        /** Of request bodies that were sent to their end. */
        long sentBytes();

        /** Of response bodies that were read to their end, as they came over the wire; without headers and TLS. */
        long receivedBytes();
    }

    /** An endpoint. */
    interface Endpoint {
        /** {@code address:port}. */
        String address();

        /** Where it is. */
        Locality locality();

        /** That it belongs to; empty if none is stated. */
        String cluster();

        /** As the registry sees it. */
        Health health();

        /** Attempts under way, until the end of their bodies. */
        int inFlight();

        /** Why it gets no calls for now; empty: it is not ejected. */
        String ejected();

        /** When one request may try an ejected one; null if it is not ejected. */
        @Nullable
        Duration nextProbeIn();
    }
}
