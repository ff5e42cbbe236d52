package dev.meshclient.spring.actuate;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/** The endpoint over HTTP: the user of the request decides whether values are shown. */
@EndpointWebExtension(endpoint = MeshEndpoint.class)
final class MeshEndpointWebExtension {
    private final MeshEndpoint endpoint;
    private final MeshEndpointProperties properties;

    MeshEndpointWebExtension(MeshEndpoint endpoint, MeshEndpointProperties properties) {
        this.endpoint = endpoint;
        this.properties = properties;
    }

    @ReadOperation
    MeshDescriptor mesh(SecurityContext user) {
        return endpoint.mesh(isShownTo(user));
    }

    @ReadOperation
    @Nullable
    ServiceDescriptor service(
            SecurityContext user,
            @Selector String service,
            @Nullable String method,
            @Nullable String path,
            @Nullable String host,
            @Nullable List<String> header) {
        return endpoint.service(service, new ExplainedRequest(method, path, host, header), isShownTo(user));
    }

    private boolean isShownTo(SecurityContext user) {
        return properties.showValues().isShown(user, properties.roles());
    }
}
