package dev.meshclient.spring.service;

import dev.meshclient.spring.MeshClient;
import dev.meshclient.spring.MeshConfigurationException;
import java.net.URI;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.registry.HttpServiceGroup;

/**
 * Decides which groups of HTTP interfaces are in the mesh, by definitions and properties, before a client is made: those with an
 * interface that has {@link MeshClient}, those with a base URL {@code mesh://<service>}, and those that need a base URL and have
 * none, whose name is the service.
 */
final class MeshInterfaces {
    /** Begins a base URL that puts a group without annotations into the mesh. */
    static final String SCHEME = "mesh://";

    private final ConfigurableListableBeanFactory beans;
    private final Environment environment;

    MeshInterfaces(ConfigurableListableBeanFactory beans, Environment environment) {
        this.beans = beans;
        this.environment = environment;
    }

    /** Services by the names of groups. */
    Map<String, String> services() {
        Map<String, String> services = new TreeMap<>();
        groups().forEach((group, types) -> {
            String service = service(group, types);
            if (service != null) {
                services.put(group, service);
            }
        });
        return services;
    }

    /** The authority of the service that this group calls; null: the group is not in the mesh. */
    @Nullable
    String service(String group, Collection<Class<?>> types) {
        String annotated = annotated(group, types);
        if (annotated != null) {
            return annotated;
        }
        String baseUrl = baseUrl(group);
        if (!baseUrl.isEmpty()) {
            return ofMeshUrl(group, baseUrl);
        }
        boolean named = !group.equals(HttpServiceGroup.DEFAULT_GROUP_NAME) && isHost(group);
        return named && types.stream().allMatch(this::needsBaseUrl) ? group : null;
    }

    /** The service in the annotations of these interfaces; null: none has one. */
    @Nullable
    String annotated(String group, Collection<Class<?>> types) {
        Map<String, String> services = new TreeMap<>(); // interfaces by services
        for (Class<?> type : types) {
            MergedAnnotation<MeshClient> annotation = annotation(type);
            if (annotation.isPresent()) {
                services.put(resolved(type, annotation.getString("value")), type.getName());
            }
        }
        if (services.size() > 1) {
            throw new MeshConfigurationException(
                    "The group '" + group + "' has interfaces of several services: " + services + ".",
                    "Put interfaces of different services into different groups: the group has one base URL.");
        }
        return services.isEmpty() ? null : services.keySet().iterator().next();
    }

    static MergedAnnotation<MeshClient> annotation(Class<?> type) {
        return MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY).get(MeshClient.class);
    }

    /** Spring names the bean of an interface {@code <group>#<interface>}, in an AOT jar too. */
    private Map<String, Set<Class<?>>> groups() {
        Map<String, Set<Class<?>>> groups = new TreeMap<>();
        for (String bean : beans.getBeanDefinitionNames()) {
            int end = bean.lastIndexOf('#');
            String type = bean.substring(end + 1);
            if (end > 0 && ClassUtils.isPresent(type, beans.getBeanClassLoader())) {
                groups.computeIfAbsent(bean.substring(0, end), name -> new LinkedHashSet<>())
                        .add(ClassUtils.resolveClassName(type, beans.getBeanClassLoader()));
            }
        }
        return groups;
    }

    private String resolved(Class<?> type, String service) {
        String resolved;
        try {
            resolved = beans.resolveEmbeddedValue(service);
        } catch (IllegalArgumentException e) {
            throw new MeshConfigurationException(
                    type.getName() + " has @MeshClient(\"" + service + "\"): " + e.getMessage() + ".",
                    "State that property, or the host of the service itself.");
        }
        if (resolved == null || !isHost(resolved)) {
            throw new MeshConfigurationException(
                    type.getName() + " has @MeshClient(\"" + service + "\"), and '" + resolved + "' is no host.",
                    "State the host of the service, such as @MeshClient(\"orders\") for http://orders/.");
        }
        return resolved;
    }

    private @Nullable String ofMeshUrl(String group, String baseUrl) {
        if (!baseUrl.startsWith(SCHEME)) {
            return null;
        }
        HttpUrl url = HttpUrl.parse("http://" + baseUrl.substring(SCHEME.length()));
        if (url == null) {
            throw new MeshConfigurationException(
                    "The property spring.http.serviceclient." + group + ".base-url has a bad value, '" + baseUrl
                            + "': it states no service.",
                    "State the host of the service, as in mesh://orders.");
        }
        return url.port() == 80 ? url.host() : url.host() + ":" + url.port();
    }

    /** The base URL in the properties, as Boot binds it for its own configurer; empty: they state none. */
    String baseUrl(String group) {
        GroupProperties stated = Binder.get(environment)
                .bind("spring.http.serviceclient", Bindable.mapOf(String.class, GroupProperties.class))
                .orElse(Map.of())
                .get(group);
        String url = stated == null ? null : stated.baseUrl();
        return StringUtils.hasText(url) ? url : "";
    }

    private static boolean isHost(String name) {
        HttpUrl url = name.contains("*") ? null : HttpUrl.parse("http://" + name);
        return url != null
                && url.newBuilder().port(80).build().toString().equalsIgnoreCase("http://" + url.host() + "/");
    }

    /** An interface with an absolute URL needs none, nor does one that gets the URLs of all its methods from its callers. */
    private boolean needsBaseUrl(Class<?> type) {
        return Stream.concat(Stream.of(type), Arrays.stream(type.getMethods()))
                        .map(element -> AnnotatedElementUtils.findMergedAnnotation(element, HttpExchange.class))
                        .noneMatch(exchange -> exchange != null && isAbsolute(exchange.url()))
                && !Arrays.stream(type.getMethods())
                        .filter(method -> AnnotatedElementUtils.hasAnnotation(method, HttpExchange.class))
                        .allMatch(method -> List.of(method.getParameterTypes()).contains(URI.class));
    }

    private boolean isAbsolute(String url) {
        try {
            String resolved = beans.resolveEmbeddedValue(url);
            return resolved != null && resolved.contains("://");
        } catch (IllegalArgumentException e) {
            return true; // its own failure at the start says which property is missing
        }
    }

    /** @param baseUrl null: not stated */
    record GroupProperties(@Nullable String baseUrl) {}
}
