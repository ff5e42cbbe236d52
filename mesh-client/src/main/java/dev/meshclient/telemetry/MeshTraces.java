package dev.meshclient.telemetry;

import io.opentelemetry.api.OpenTelemetry;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The spans of a mesh, and what their {@code url.full} leaves out:
 * {@code Mesh.builder().openTelemetry(MeshTraces.of(otel).withRedacted("token"))}. The page {@code docs/traces.md} lists their
 * attributes.
 *
 * <p>Immutable.
 */
public final class MeshTraces {
    private final OpenTelemetry openTelemetry;
    private final Set<String> redacted;
    private final boolean queryRedacted;

    private MeshTraces(OpenTelemetry openTelemetry, Set<String> redacted, boolean queryRedacted) {
        this.openTelemetry = openTelemetry;
        this.redacted = redacted;
        this.queryRedacted = queryRedacted;
    }

    /** Spans by these tracers, and headers by these propagators. */
    public static MeshTraces of(OpenTelemetry openTelemetry) {
        Objects.requireNonNull(
                openTelemetry, "openTelemetry must not be null: pass the OpenTelemetry of the application");
        return new MeshTraces(openTelemetry, Set.of(), false);
    }

    /**
     * Replaces the values of these query parameters by {@code REDACTED} too. Default: user and password, and the seven parameters
     * of signatures that OpenTelemetry's conventions list. May be called more than once.
     *
     * @param parameters names as in the URL; upper and lower case differ
     */
    public MeshTraces withRedacted(String... parameters) {
        Objects.requireNonNull(parameters, "parameters must not be null: pass names such as \"token\"");
        return new MeshTraces(
                openTelemetry,
                Stream.concat(redacted.stream(), Arrays.stream(parameters)).collect(Collectors.toUnmodifiableSet()),
                queryRedacted);
    }

    /** Replaces the values of all query parameters by {@code REDACTED}; a parameter without a value is replaced as a whole. */
    public MeshTraces withRedactedQuery() {
        return new MeshTraces(openTelemetry, redacted, true);
    }

    /** Makes the spans. */
    public OpenTelemetry openTelemetry() {
        return openTelemetry;
    }

    /** The further query parameters whose values are replaced. */
    public Set<String> redacted() {
        return redacted;
    }

    /** Whether the values of all query parameters are replaced. */
    public boolean isQueryRedacted() {
        return queryRedacted;
    }
}
