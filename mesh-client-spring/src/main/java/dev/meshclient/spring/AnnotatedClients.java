package dev.meshclient.spring;

import dev.meshclient.Mesh;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;

/** The beans with {@link MeshClient}, found by their definitions: none is made for it. */
final class AnnotatedClients {
    private final ConfigurableListableBeanFactory beans;

    /** Beans without the annotation: the search takes long, and each instance of a request or a prototype would repeat it. */
    private final Set<String> plain = ConcurrentHashMap.newKeySet();

    AnnotatedClients(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /** The host of the service that this bean calls; null: it has no annotation. */
    @Nullable
    String service(String bean) {
        if (plain.contains(bean) || !beans.containsBean(bean)) { // an inner bean
            return null;
        }
        MeshClient annotation = isOfBoot(bean) ? null : beans.findAnnotationOnBean(bean, MeshClient.class, false);
        if (annotation == null || isOfInterface(bean)) {
            plain.add(bean);
            return null;
        }
        return resolved(bean, annotation.value());
    }

    /** Whether Boot declares it, as most beans at a start: the search through their types takes long. */
    private boolean isOfBoot(String bean) {
        return beans.containsBeanDefinition(bean)
                && beans.getBeanDefinition(bean) instanceof AnnotatedBeanDefinition declared
                && declared.getFactoryMethodMetadata() != null
                && declared.getFactoryMethodMetadata().getDeclaringClassName().startsWith("org.springframework.boot.");
    }

    /** An interface is a {@link MeshClientSource}'s: a bean may be its client in the mesh, or a fake of a test. */
    private boolean isOfInterface(String bean) {
        Class<?> type = beans.getType(bean, false);
        return type != null
                && MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY)
                                .get(MeshClient.class)
                                .getSource()
                        instanceof Class<?> source
                && source.isInterface();
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

    /** All of them, and those of each {@link MeshClientSource}. */
    Map<String, String> allClients() {
        Map<String, String> all = all();
        beans.getBeanProvider(MeshClientSource.class).orderedStream().forEach(source -> all.putAll(source.services()));
        return all;
    }

    /** Claims their services. */
    void claim(Mesh.Builder mesh) {
        beans.getBeanProvider(MeshClientSource.class)
                .orderedStream()
                .forEach(source -> source.services().values().forEach(mesh::claim));
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
