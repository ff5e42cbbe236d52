package dev.meshclient.internal.pipeline;

import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.RefusedService;
import dev.meshclient.policy.Scope;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How each service stands after a document.
 *
 * @param revision of the document, as {@code epoch/version}
 * @param outboundTrafficPolicy what it says of hosts that no service lists
 * @param appliedAt when it came into force
 * @param services those with a policy in force
 * @param refused those that the document has and that were not taken from it; one that is not among {@code services} never
 *     had a good policy
 * @param absentSince when a service was first missing from a document
 * @param scope what the document speaks of; null: everything
 * @param outside those of {@code services} that it does not speak of: kept until a document does
 */
record AppliedPolicy(
        String revision,
        OutboundTrafficPolicy outboundTrafficPolicy,
        long appliedAt,
        Map<String, AcceptedService> services,
        Map<String, RefusedService> refused,
        Map<String, Long> absentSince,
        @Nullable Scope scope,
        Set<String> outside) {
    /** Before the first document. */
    static final AppliedPolicy NONE =
            new AppliedPolicy("", OutboundTrafficPolicy.ALLOW_ANY, 0, Map.of(), Map.of(), Map.of(), null, Set.of());

    AppliedPolicy {
        services = Collections.unmodifiableMap(new LinkedHashMap<>(services));
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
        absentSince = Collections.unmodifiableMap(new LinkedHashMap<>(absentSince));
        outside = Set.copyOf(outside);
    }
}
