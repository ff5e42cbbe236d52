package dev.meshclient.spring.actuate;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code mesh.metrics.*}.
 *
 * @param enabled Whether the mesh binds its metrics to the MeterRegistry of the application.
 * @param istioNames Whether calls and inbound requests are also counted by Istio's names, for Kiali and Flagger.
 * @param openTelemetryNames Whether attempts are also recorded as http.client.request.duration, by OpenTelemetry's conventions.
 */
@ConfigurationProperties("mesh.metrics")
record MeshMetricsProperties(
        @DefaultValue("true") boolean enabled,
        @DefaultValue("false") boolean istioNames,
        @DefaultValue("false") boolean openTelemetryNames) {}
