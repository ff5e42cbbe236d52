package dev.meshclient.telemetry;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Objects;

/**
 * Binds the metrics of a mesh to a Micrometer registry: {@code Mesh.builder().metrics(MeshMetrics.bindTo(registry))}. The page
 * {@code docs/metrics.md} lists them with their tags. A series appears with its first value; it is removed when its service
 * leaves the policy, and when the mesh is closed. A registry that throws harms no call: the failure is logged, at most once a
 * minute.
 *
 * <p>Immutable.
 */
public final class MeshMetrics {
    private final MeterRegistry registry;
    private final String mesh;
    private final boolean openTelemetryNames;
    private final boolean istioNames;

    private MeshMetrics(MeterRegistry registry, String mesh, boolean openTelemetryNames, boolean istioNames) {
        this.registry = registry;
        this.mesh = mesh;
        this.openTelemetryNames = openTelemetryNames;
        this.istioNames = istioNames;
    }

    /** All metrics, under their own names, without further tags. */
    public static MeshMetrics bindTo(MeterRegistry registry) {
        Objects.requireNonNull(registry, "registry must not be null: pass the MeterRegistry of the application");
        return new MeshMetrics(registry, "", false, false);
    }

    /**
     * Adds the tag {@code mesh} with this value to each series. Needed where several meshes of a process share a registry: give
     * each a name of its own. Default: no such tag.
     *
     * @throws IllegalArgumentException if the name is empty
     */
    public MeshMetrics withMesh(String name) {
        Objects.requireNonNull(name, "name must not be null: pass a name such as \"billing\"");
        if (name.isEmpty()) {
            throw new IllegalArgumentException("the tag 'mesh' needs a value, such as 'billing'");
        }
        return new MeshMetrics(registry, name, openTelemetryNames, istioNames);
    }

    /**
     * Also records each attempt as {@code http.client.request.duration}, with the attributes of OpenTelemetry's HTTP conventions,
     * for dashboards that read them. A Prometheus registry needs Micrometer 1.17: the series of failures have other tags than those
     * of responses. Leave it out where another library records the same calls by this name. Default: not recorded.
     */
    public MeshMetrics withOpenTelemetryNames() {
        return new MeshMetrics(registry, mesh, true, istioNames);
    }

    /**
     * Also counts and measures each call as {@code istio_requests_total} and {@code istio_request_duration_milliseconds}, with the
     * labels of Istio's proxies, and each inbound request that {@code Inbound.begin} gets, so that Kiali, Flagger and Istio's own
     * dashboards read this process. The page {@code docs/metrics.md} states the source of each label. Leave it out beside a proxy
     * of Istio, which reports the same requests. Default: not recorded.
     */
    public MeshMetrics withIstioNames() {
        return new MeshMetrics(registry, mesh, openTelemetryNames, true);
    }

    /** The registry. */
    public MeterRegistry registry() {
        return registry;
    }

    /** The value of the tag {@code mesh}; empty: no such tag. */
    public String mesh() {
        return mesh;
    }

    /** Whether attempts are also recorded by OpenTelemetry's name. */
    public boolean hasOpenTelemetryNames() {
        return openTelemetryNames;
    }

    /** Whether calls and inbound requests are also recorded by Istio's names. */
    public boolean hasIstioNames() {
        return istioNames;
    }

    @Override
    public String toString() {
        return "metrics in " + registry.getClass().getSimpleName() + (mesh.isEmpty() ? "" : " as mesh " + mesh);
    }
}
