package dev.meshclient.spring.service;

import dev.meshclient.spring.MeshClient;
import dev.meshclient.spring.MeshConfigurationException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;
import org.springframework.web.service.registry.AbstractHttpServiceRegistrar;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;

/** Registers the interfaces of {@link ImportMeshClients} with Spring, which makes their proxies, also in an AOT jar. */
final class ImportMeshClientsRegistrar extends AbstractHttpServiceRegistrar {
    private @Nullable Environment environment;
    private @Nullable ResourceLoader resources;

    @Override
    public void setEnvironment(Environment environment) {
        super.setEnvironment(environment);
        this.environment = environment;
    }

    @Override
    public void setResourceLoader(ResourceLoader resourceLoader) {
        super.setResourceLoader(resourceLoader);
        this.resources = resourceLoader;
    }

    @Override
    protected void registerHttpServices(GroupRegistry registry, AnnotationMetadata importing) {
        MergedAnnotation<ImportMeshClients> stated = importing.getAnnotations().get(ImportMeshClients.class);
        ClientType clientType = stated.getEnum("clientType", ClientType.class);
        Map<String, MergedAnnotation<MeshClient>> found = new LinkedHashMap<>();
        for (Class<?> type : stated.getClassArray("types")) {
            found.put(type.getName(), annotation(type, importing.getClassName()));
        }
        Stream.concat(
                        Stream.of(stated.getStringArray("basePackages")),
                        Stream.of(stated.getClassArray("basePackageClasses")).map(Class::getPackageName))
                .forEach(name -> found.putAll(in(name, importing.getClassName())));
        found.forEach(
                (type, client) -> registry.forGroup(group(client), clientType).registerTypeNames(type));
    }

    private static MergedAnnotation<MeshClient> annotation(Class<?> type, String importing) {
        MergedAnnotation<MeshClient> client = MeshInterfaces.annotation(type);
        if (!client.isPresent() || !type.isInterface()) {
            throw new MeshConfigurationException(
                    type.getName() + ", which @ImportMeshClients of " + importing + " lists, "
                            + (type.isInterface() ? "has no @MeshClient." : "is no interface."),
                    "State the service that it calls, as in @MeshClient(\"orders\") interface OrderApi, or leave it out.");
        }
        return client;
    }

    private Map<String, MergedAnnotation<MeshClient>> in(String name, String importing) {
        Map<String, MergedAnnotation<MeshClient>> found = new LinkedHashMap<>();
        Scanner scanner = new Scanner(Objects.requireNonNull(environment));
        scanner.setResourceLoader(resources);
        String base = Objects.requireNonNull(environment).resolvePlaceholders(name);
        scanner.findCandidateComponents(base).forEach(definition -> {
            Class<?> type = ClassUtils.resolveClassName(
                    Objects.requireNonNull(definition.getBeanClassName()),
                    Objects.requireNonNull(resources).getClassLoader());
            found.put(type.getName(), annotation(type, importing));
        });
        if (found.isEmpty()) {
            throw new MeshConfigurationException(
                    "There is no interface with @MeshClient in '" + base + "', which @ImportMeshClients of " + importing
                            + " lists as a package.",
                    "Correct the name of the package, or leave it out.");
        }
        return found;
    }

    private String group(MergedAnnotation<MeshClient> client) {
        String variant = client.getString("variant");
        String service = Objects.requireNonNull(environment).resolvePlaceholders(client.getString("value"));
        return variant.isEmpty() ? service : service + "-" + variant;
    }

    /** Finds interfaces, which are no candidates for components. */
    private static final class Scanner extends ClassPathScanningCandidateComponentProvider {
        Scanner(Environment environment) {
            super(false, environment);
            addIncludeFilter(new AnnotationTypeFilter(MeshClient.class, true, false));
        }

        @Override
        protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
            return definition.getMetadata().isIndependent()
                    && definition.getMetadata().isInterface()
                    && !definition.getMetadata().isAnnotation();
        }
    }
}
