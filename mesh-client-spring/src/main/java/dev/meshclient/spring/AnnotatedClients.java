package dev.meshclient.spring;

import dev.meshclient.Mesh;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** The beans with {@link MeshClient}, found by their definitions: none is made for it. */
final class AnnotatedClients {
    private final ConfigurableListableBeanFactory beans;

    AnnotatedClients(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /** The host of the service that this bean calls; null: it has no annotation. */
    @Nullable
    String service(String bean) {
        if (!beans.containsBean(bean)) { // an inner bean
            return null;
        }
        MeshClient annotation = beans.findAnnotationOnBean(bean, MeshClient.class, false);
        return annotation == null ? null : resolved(bean, annotation.value());
    }

    /** All of them: services by the names of the beans. */
    Map<String, String> all() {
        Map<String, String> all = new TreeMap<>();
        for (String bean : beans.getBeanDefinitionNames()) {
            String service = beans.getBeanDefinition(bean).isAbstract() ? null : service(bean);
            if (service != null) {
                all.put(bean, service);
            }
        }
        return all;
    }

    /** Claims their services. */
    void claim(Mesh.Builder mesh) {
        all().forEach((bean, service) -> {
            try {
                mesh.claim(service);
            } catch (IllegalArgumentException e) {
                throw new MeshConfigurationException(
                        "The bean '" + bean + "' has @MeshClient(\"" + service + "\"), and '" + service
                                + "' is no host.",
                        "State the host of the service, such as @MeshClient(\"orders\") for http://orders/.");
            }
        });
    }

    private String resolved(String bean, String service) {
        try {
            String resolved = beans.resolveEmbeddedValue(service);
            return resolved == null ? "" : resolved;
        } catch (IllegalArgumentException e) {
            throw new MeshConfigurationException(
                    "The bean '" + bean + "' has @MeshClient(\"" + service + "\"): " + e.getMessage() + ".",
                    "State that property, or the host of the service itself.");
        }
    }
}
