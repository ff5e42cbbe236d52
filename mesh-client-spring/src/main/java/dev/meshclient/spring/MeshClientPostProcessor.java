package dev.meshclient.spring;

import dev.meshclient.Mesh;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.PriorityOrdered;
import org.springframework.core.env.Environment;

/**
 * Wraps the clients with {@link MeshClient}. The mesh is looked up when there is one to wrap: what a post-processor needs earlier
 * escapes other post-processors.
 */
final class MeshClientPostProcessor implements BeanPostProcessor, PriorityOrdered {
    private final ConfigurableListableBeanFactory beans;
    private final AnnotatedClients annotated;
    private final ObjectProvider<Mesh> mesh;
    private final Environment environment;
    private final Map<String, String> wrapped = new ConcurrentHashMap<>();

    MeshClientPostProcessor(
            ConfigurableListableBeanFactory beans,
            AnnotatedClients annotated,
            ObjectProvider<Mesh> mesh,
            Environment environment) {
        this.beans = beans;
        this.annotated = annotated;
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
        if (!(bean instanceof Call.Factory) || !isEnabled()) {
            return bean;
        }
        String service = annotated.service(name);
        if (service == null) {
            return bean;
        }
        if (!(bean instanceof OkHttpClient client)) {
            throw new MeshConfigurationException(
                    "The bean '" + name + "' has @MeshClient(\"" + service + "\") and is a Call.Factory of class "
                            + bean.getClass().getName() + ", which the mesh cannot wrap.",
                    "Return an OkHttpClient from its @Bean method, or remove the annotation.");
        }
        wrapped.put(name, service);
        return isDeclaredAsClient(name)
                ? mesh.getObject().wrap(client)
                : mesh.getObject().callFactory(client);
    }

    /** Read at run time: the conditions of an AOT jar are those of its build. */
    boolean isEnabled() {
        return environment.getProperty("mesh.enabled", Boolean.class, true);
    }

    /** The beans that were wrapped, with their services. */
    Map<String, String> wrapped() {
        return wrapped;
    }

    private boolean isDeclaredAsClient(String name) {
        BeanDefinition definition = beans.getMergedBeanDefinition(name);
        return !(definition instanceof RootBeanDefinition root)
                || root.getResolvedFactoryMethod() == null
                || root.getResolvedFactoryMethod().getReturnType() != Call.Factory.class;
    }
}
