package dev.meshclient.internal.pipeline;

import dev.meshclient.policy.DocumentScope;
import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.RefusedService;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The state of each service after a document.
 *
 * @param revision the revision of the document
 * @param outboundTrafficPolicy its setting for hosts that no service lists
 * @param appliedAt when it came into force
 * @param services the services with a policy in force
 * @param refused services of the document that were refused; one that is not in {@code services} never had a good policy
 * @param absentSince when a service was first missing from a document
 * @param scope the hosts that the document covers; null: all
 * @param outside those of {@code services} that it does not cover: kept until a document does
 */
public record AppliedPolicy(
        String revision,
        OutboundTrafficPolicy outboundTrafficPolicy,
        long appliedAt,
        Map<String, AcceptedService> services,
        Map<String, RefusedService> refused,
        Map<String, Long> absentSince,
        @Nullable DocumentScope scope,
        Set<String> outside) {
    /** Before the first document. */
    public static final AppliedPolicy NONE =
            new AppliedPolicy("", OutboundTrafficPolicy.ALLOW_ANY, 0, Map.of(), Map.of(), Map.of(), null, Set.of());

    public AppliedPolicy {
        services = Collections.unmodifiableMap(new LinkedHashMap<>(services));
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
        absentSince = Collections.unmodifiableMap(new LinkedHashMap<>(absentSince));
        outside = Set.copyOf(outside);
    }

    /**
     * Services that documents do not list any more, or that this one does not cover: kept for a time, or until a document
     * covers them.
     */
    public Set<String> absent() {
        Set<String> absent = new HashSet<>(absentSince.keySet());
        absent.addAll(outside);
        return absent;
    }

    /** Services that are refused and have an earlier policy in force. */
    public Set<String> kept() {
        Set<String> kept = new HashSet<>(refused.keySet());
        kept.retainAll(services.keySet());
        kept.removeAll(absent());
        return kept;
    }

    /** Services that are refused and never had a policy. */
    public Set<String> refusedOnly() {
        Set<String> only = new HashSet<>(refused.keySet());
        only.removeAll(services.keySet());
        return only;
    }
}
