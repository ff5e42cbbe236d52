package dev.meshclient.spring.actuate;

import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.spring.InboundAuthorization;
import dev.meshclient.spring.MeshClients;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.Show;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * The endpoint {@code mesh} of the actuator: the policy in force, its services and endpoints, the clients of this application, and
 * what the mesh would do with a request. It changes nothing.
 */
@Endpoint(id = "mesh", defaultAccess = Access.READ_ONLY)
final class MeshEndpoint {
    private final ObjectProvider<Mesh> mesh;
    private final MeshClients clients;
    private final ListableBeanFactory beans;
    private final Sanitizer sanitizer;
    private final Show showValues;

    MeshEndpoint(
            ObjectProvider<Mesh> mesh,
            MeshClients clients,
            ListableBeanFactory beans,
            ObjectProvider<SanitizingFunction> functions,
            Show showValues) {
        this.mesh = mesh;
        this.clients = clients;
        this.beans = beans;
        this.sanitizer = new Sanitizer(functions.orderedStream().toList());
        this.showValues = showValues;
    }

    /** The mesh, in summary. */
    @ReadOperation
    MeshDescriptor mesh() {
        return mesh(showValues.isShown(true));
    }

    /** A service, its endpoints, and what becomes of a request to it; null: the policy does not list it. */
    @ReadOperation
    @Nullable
    ServiceDescriptor service(
            @Selector String service,
            @Nullable String method,
            @Nullable String path,
            @Nullable String host,
            @Nullable List<String> header) {
        return service(service, new ExplainedRequest(method, path, host, header), showValues.isShown(true));
    }

    MeshDescriptor mesh(boolean shown) {
        Mesh running = running();
        return running == null
                ? MeshDescriptor.off(clients())
                : MeshDescriptor.of(
                        running.status(),
                        running.isReady(),
                        beans.getBeanProvider(InboundAuthorization.class).getIfAvailable(),
                        clients(),
                        new SanitizedValues(sanitizer, shown));
    }

    @Nullable
    ServiceDescriptor service(String name, ExplainedRequest request, boolean shown) {
        Mesh running = running();
        MeshStatus.Service service = running == null ? null : running.status().service(name);
        if (running == null || service == null) {
            return null;
        }
        return ServiceDescriptor.of(
                name,
                service,
                request.isStated() ? running.explain(request.to(service.hosts())) : service.effective(),
                new SanitizedValues(sanitizer, shown));
    }

    /** Why there is no service of this name. */
    String whyMissing(String name) {
        Mesh running = running();
        if (running == null) {
            return "the mesh is off (mesh.enabled=false)";
        }
        return running.isReady() ? "the policy does not list the service '" + name + "'" : "there is no policy yet";
    }

    private @Nullable Mesh running() {
        return clients.isEnabled() ? mesh.getIfAvailable() : null;
    }

    private List<MeshDescriptor.Client> clients() {
        return clients.services().entrySet().stream()
                .map(client -> new MeshDescriptor.Client(client.getKey(), type(client.getKey()), client.getValue()))
                .toList();
    }

    /** Null: it is not known, or the client is that of a group of HTTP interfaces and no bean. */
    private @Nullable String type(String bean) {
        Class<?> type = beans.containsBean(bean) ? beans.getType(bean, false) : null;
        return type == null ? null : type.getName();
    }
}
