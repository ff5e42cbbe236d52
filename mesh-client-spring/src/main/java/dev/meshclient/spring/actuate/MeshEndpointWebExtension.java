package dev.meshclient.spring.actuate;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
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

    /** With the reason in the body if there is no such service (404), or the request to explain is none (400). */
    @ReadOperation
    WebEndpointResponse<OperationResponseBody> service(
            SecurityContext user,
            @Selector String service,
            @Nullable String method,
            @Nullable String path,
            @Nullable String host,
            @Nullable List<String> header) {
        try {
            ServiceDescriptor found =
                    endpoint.service(service, new ExplainedRequest(method, path, host, header), isShownTo(user));
            return found == null
                    ? refused(WebEndpointResponse.STATUS_NOT_FOUND, endpoint.whyMissing(service))
                    : new WebEndpointResponse<>(found);
        } catch (InvalidEndpointRequestException e) {
            return refused(WebEndpointResponse.STATUS_BAD_REQUEST, e.getReason());
        }
    }

    private static WebEndpointResponse<OperationResponseBody> refused(int status, @Nullable String message) {
        return new WebEndpointResponse<>(
                (OperationResponseBody) OperationResponseBody.of(Map.of("message", String.valueOf(message))), status);
    }

    private boolean isShownTo(SecurityContext user) {
        return properties.showValues().isShown(user, properties.roles());
    }
}
