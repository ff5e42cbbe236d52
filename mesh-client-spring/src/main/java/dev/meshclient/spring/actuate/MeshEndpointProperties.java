package dev.meshclient.spring.actuate;

import java.util.Set;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The properties {@code management.endpoint.mesh.*}, beside those that each endpoint has.
 *
 * @param showValues When addresses, and texts that may hold one, are shown; otherwise they are ******.
 * @param roles Roles of users that are authorized to see these values. Without roles every authenticated user is.
 */
@ConfigurationProperties("management.endpoint.mesh")
record MeshEndpointProperties(
        @DefaultValue("when-authorized") Show showValues,
        @DefaultValue Set<String> roles) {}
