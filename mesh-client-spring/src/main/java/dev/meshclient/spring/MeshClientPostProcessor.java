package dev.meshclient.spring;

import dev.meshclient.Mesh;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;

/**
 * Wraps the beans with {@link MeshClient}. The mesh and the types are looked up when there is a bean to wrap: what a post-processor
 * needs earlier escapes other post-processors.
 */
final class MeshClientPostProcessor implements BeanPostProcessor, PriorityOrdered {
    private final AnnotatedClients annotated;
    private final ObjectProvider<MeshClientType<?>> types;
    private final ObjectProvider<Mesh> mesh;
    private final Environment environment;
    private final Map<String, String> wrapped = new ConcurrentHashMap<>();

    MeshClientPostProcessor(
            AnnotatedClients annotated,
            ObjectProvider<MeshClientType<?>> types,
            ObjectProvider<Mesh> mesh,
            Environment environment) {
        this.annotated = annotated;
        this.types = types;
        this.mesh = mesh;
        this.environment = environment;
    }

    /** Early, so that few beans are made before. Those that are, {@link MeshStart} finds. */
    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        String service = annotated.service(name);
        if (service == null) {
            return bean;
        }
        for (MeshClientType<?> type : types.orderedStream().toList()) {
            if (type.type().isInstance(bean)) {
                return wrapped(type, bean, name, service);
            }
        }
        return bean; // a FactoryBean, or of a type that MeshStart refuses
    }

    private <T> Object wrapped(MeshClientType<T> type, Object bean, String name, String service) {
        T client = type.type().cast(bean);
        if (!isEnabled()) {
            return type.plain(client, service);
        }
        wrapped.put(name, service);
        return type.wrap(client, name, service, mesh.getObject());
    }

    boolean isEnabled() {
        return MeshClients.areEnabled(environment);
    }

    /** The beans that were wrapped, with their services. */
    Map<String, String> wrapped() {
        return wrapped;
    }
}
