package dev.meshclient.spring;

import java.lang.annotation.Annotation;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * Spring Cloud LoadBalancer beside the mesh. It replaces the host of a service by an address of its own discovery, so that a call
 * would bypass the mesh. This module has no dependency on it, and knows it by the names of its classes.
 */
public final class SpringCloudLoadBalancer {
    private static final String PACKAGE = "org.springframework.cloud.client.loadbalancer.";

    private SpringCloudLoadBalancer() {}

    /** Whether an interceptor or a filter is one of Spring Cloud LoadBalancer: a client in the mesh has none of them. */
    public static boolean include(Object interceptor) {
        return interceptor.getClass().getName().startsWith(PACKAGE);
    }

    /** Fails if a bean in the mesh has {@code @LoadBalanced}, too: a {@code RestTemplate} gets its interceptor at the end of the start. */
    static void refuse(String bean, String annotation, ConfigurableListableBeanFactory beans) {
        ClassLoader loader = beans.getBeanClassLoader();
        if (ClassUtils.isPresent(PACKAGE + "LoadBalanced", loader)
                && beans.findAnnotationOnBean(
                                bean,
                                ClassUtils.resolveClassName(PACKAGE + "LoadBalanced", loader)
                                        .asSubclass(Annotation.class),
                                false)
                        != null) {
            throw new MeshConfigurationException(
                    "The bean '" + bean + "' has " + annotation
                            + " and @LoadBalanced. Spring Cloud LoadBalancer replaces the"
                            + " host of the service by an address of its own discovery: its calls would bypass the mesh.",
                    "Remove one of the two annotations: with @MeshClient, the policy lists the endpoints, and the mesh chooses"
                            + " one of them.");
        }
    }
}
