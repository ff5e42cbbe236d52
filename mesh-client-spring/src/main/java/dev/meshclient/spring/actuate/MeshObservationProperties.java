package dev.meshclient.spring.actuate;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code mesh.observations.*}.
 *
 * @param enabled Whether each attempt is an observation of Micrometer, which a tracer makes a span of.
 */
@ConfigurationProperties("mesh.observations")
record MeshObservationProperties(@DefaultValue("true") boolean enabled) {}
