package dev.meshclient.internal.pipeline;

import dev.meshclient.policy.OutboundTrafficPolicy;
import dev.meshclient.policy.RefusedService;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

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
 */
record Standing(
        String revision,
        OutboundTrafficPolicy outboundTrafficPolicy,
        long appliedAt,
        Map<String, Accepted> services,
        Map<String, RefusedService> refused,
        Map<String, Long> absentSince) {
    /** Before the first document. */
    static final Standing NONE = new Standing("", OutboundTrafficPolicy.ALLOW_ANY, 0, Map.of(), Map.of(), Map.of());

    Standing {
        services = Collections.unmodifiableMap(new LinkedHashMap<>(services));
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refused));
        absentSince = Collections.unmodifiableMap(new LinkedHashMap<>(absentSince));
    }
}
