package dev.meshclient.internal.metrics;

import io.micrometer.core.instrument.Tags;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A workload in the words of Istio's labels; {@code unknown}, and for its revision {@code latest}: not known. */
record WorkloadNames(
        String workload,
        String namespace,
        String principal,
        String app,
        String version,
        String canonicalService,
        String canonicalRevision,
        String cluster) {
    static final String UNKNOWN = "unknown";
    private static final String LATEST = "latest";
    private static final String NAMESPACE = "/ns/"; // of a SPIFFE ID in Istio's form

    /** Nothing is known of it. */
    static final WorkloadNames NONE = of(Map.of(), UNKNOWN, null, UNKNOWN, "");

    /**
     * The labels of a pod or endpoint decide, in the order that Istio's injection has.
     *
     * @param service its service: the name of the workload if no label states one
     * @param account its SPIFFE ID; null: not known
     * @param namespace the namespace if neither SPIFFE ID nor labels state one
     * @param cluster empty: not stated
     */
    static WorkloadNames of(
            Map<String, String> labels, String service, @Nullable String account, String namespace, String cluster) {
        String workload = labels.getOrDefault("service.istio.io/workload-name", service);
        String app = labels.getOrDefault("app", "");
        String version = labels.getOrDefault("version", "");
        return new WorkloadNames(
                workload,
                first(namespace(account), labels.get("namespace"), namespace),
                account == null ? UNKNOWN : account,
                first(app, UNKNOWN),
                first(version, UNKNOWN),
                first(
                        labels.get("service.istio.io/canonical-name"),
                        labels.get("app.kubernetes.io/name"),
                        app,
                        workload),
                first(
                        labels.get("service.istio.io/canonical-revision"),
                        labels.get("app.kubernetes.io/version"),
                        version,
                        LATEST),
                first(cluster, labels.get("topology.istio.io/cluster"), UNKNOWN));
    }

    private static @Nullable String namespace(@Nullable String account) {
        int at = account == null ? -1 : account.indexOf(NAMESPACE);
        if (account == null || at < 0) {
            return null;
        }
        int from = at + NAMESPACE.length();
        int to = account.indexOf('/', from);
        return to < 0 ? account.substring(from) : account.substring(from, to);
    }

    private static String first(@Nullable String... names) {
        for (String name : names) {
            if (name != null && !name.isEmpty()) {
                return name;
            }
        }
        return UNKNOWN;
    }

    /** The same workload at a connection that does not prove its SPIFFE ID. */
    WorkloadNames unproven() {
        return principal.equals(UNKNOWN)
                ? this
                : new WorkloadNames(
                        workload, namespace, UNKNOWN, app, version, canonicalService, canonicalRevision, cluster);
    }

    /** @param side {@code source} or {@code destination} */
    Tags tags(String side) {
        return Tags.of(
                side + "_workload", workload,
                side + "_workload_namespace", namespace,
                side + "_principal", principal,
                side + "_app", app,
                side + "_version", version,
                side + "_canonical_service", canonicalService,
                side + "_canonical_revision", canonicalRevision,
                side + "_cluster", cluster);
    }
}
