package dev.meshclient.spring.service;

import dev.meshclient.spring.BaseUrls;
import dev.meshclient.spring.MeshClientSource;
import dev.meshclient.spring.MeshClients;
import dev.meshclient.spring.MeshConfigurationException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.Advised;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import org.springframework.web.service.registry.AbstractHttpServiceRegistrar;
import org.springframework.web.service.registry.HttpServiceGroup;
import org.springframework.web.service.registry.HttpServiceGroupConfigurer;

/** The groups of HTTP interfaces in the mesh: gives them their base URL, and fails if one would bypass the mesh. */
final class MeshGroups implements MeshClientSource {
    private static final String INVOKER = ClassUtils.getPackageName(HttpServiceProxyFactory.class) + ".";

    private static final ParameterizedTypeReference<HttpServiceGroupConfigurer<?>> CONFIGURERS =
            new ParameterizedTypeReference<>() {};

    private final ConfigurableListableBeanFactory beans;
    private final Environment environment;
    private final MeshInterfaces interfaces;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Set<String> outside = ConcurrentHashMap.newKeySet();

    MeshGroups(ConfigurableListableBeanFactory beans, Environment environment) {
        this.beans = beans;
        this.environment = environment;
        this.interfaces = new MeshInterfaces(beans, environment);
    }

    @Override
    public Map<String, String> services() {
        Map<String, String> named = new TreeMap<>();
        interfaces.services().forEach((group, service) -> {
            if (!outside.contains(group)) { // known when a client has been made
                named.put("group " + group, service);
            }
        });
        return named;
    }

    /**
     * Sets the base URL of a group that is in the mesh, and adds what its methods state to their requests.
     *
     * @param baseUrl reads the base URL of the client, also after a change; empty: it has none; null: it is unknown, and the
     *     properties decide
     * @param change sets the base URL of the client
     * @return whether the client has to use the mesh
     */
    boolean join(
            HttpServiceGroup group,
            Supplier<@Nullable String> baseUrl,
            Consumer<String> change,
            HttpServiceProxyFactory.Builder proxies) {
        seen.add(group.name());
        String service = interfaces.service(group.name(), group.httpServiceTypes());
        String completed = "";
        if (service != null) {
            String stated = baseUrl.get();
            completed = completed(service, stated == null ? interfaces.baseUrl(group.name()) : stated);
            if (!completed.equals(stated)) {
                change.accept(completed);
            }
        }
        if (!MeshClients.areEnabled(environment)) {
            return false;
        }
        if (service == null || !isOf(service, Objects.requireNonNullElse(baseUrl.get(), completed), group)) {
            MethodOptions.refuse(group.name(), group.httpServiceTypes());
            if (service != null) {
                outside.add(group.name());
            }
            return false;
        }
        proxies.httpRequestValuesProcessor(new MethodOptions(group.httpServiceTypes(), beans::resolveEmbeddedValue));
        return true;
    }

    private static String completed(String service, String baseUrl) {
        if (baseUrl.startsWith(MeshInterfaces.SCHEME)) {
            return "http://" + baseUrl.substring(MeshInterfaces.SCHEME.length());
        }
        return baseUrl.contains("://")
                ? baseUrl
                : "http://" + service + (baseUrl.isEmpty() || baseUrl.startsWith("/") ? "" : "/") + baseUrl;
    }

    /** A configurer may give a group without annotation and without properties a host outside the mesh. */
    private boolean isOf(String service, String baseUrl, HttpServiceGroup group) {
        if (BaseUrls.isOf(service, baseUrl)) {
            return true;
        }
        boolean annotated = interfaces.annotated(group.name(), group.httpServiceTypes()) != null;
        if (!annotated && group.name().equals(service)) {
            return false;
        }
        throw new MeshConfigurationException(
                "The group '" + group.name() + "' of HTTP interfaces has the base URL '" + baseUrl
                        + "', whose host is not that of its service in the mesh, '" + service + "'"
                        + (annotated ? " (@MeshClient)" : "") + ": its calls would bypass the mesh.",
                "Leave spring.http.serviceclient." + group.name() + ".base-url out, or state http://" + service
                        + ". For a service on your machine state mesh.client.services." + service
                        + ".url in its place; for a group outside the mesh, remove @MeshClient from its interfaces.");
    }

    @Override
    public void check() {
        checkOrder();
        if (beans.containsSingleton(AbstractHttpServiceRegistrar.HTTP_SERVICE_PROXY_REGISTRY_BEAN_NAME)) {
            interfaces.services().keySet().stream()
                    .filter(group -> !seen.contains(group))
                    .forEach(group -> {
                        throw new MeshConfigurationException(
                                "The group '" + group
                                        + "' of HTTP interfaces is in the mesh, and its client cannot be put into it.",
                                "Add spring-boot-restclient, or spring-boot-webclient for clientType = WEB_CLIENT, or remove the group from the mesh.");
                    });
        }
        for (String bean : beans.getSingletonNames()) {
            if (beans.getSingleton(bean) instanceof Advised proxy && isMadeByHand(bean, proxy)) {
                throw new MeshConfigurationException(
                        "The bean '" + bean + "' is a client of " + proxy.getProxiedInterfaces()[0].getName()
                                + ", which has @MeshClient, and was not made by a group of HTTP interfaces: its calls would"
                                + " bypass the mesh.",
                        "Let @ImportMeshClients make it, or remove the annotation from the interface.");
            }
        }
    }

    /** A configurer of the same clients behind that of the mesh could replace the request factory or the connector. */
    private void checkOrder() {
        if (seen.isEmpty() || outside.containsAll(interfaces.services().keySet())) {
            return;
        }
        Set<Class<?>> last = new HashSet<>();
        for (HttpServiceGroupConfigurer<?> configurer :
                beans.getBeanProvider(CONFIGURERS).orderedStream().toList()) {
            Class<?> client = ResolvableType.forClass(configurer.getClass())
                    .as(HttpServiceGroupConfigurer.class)
                    .getGeneric()
                    .toClass();
            if (configurer.getClass().getPackage() == MeshGroups.class.getPackage()) {
                last.add(client);
            } else if (last.contains(client)) {
                throw new MeshConfigurationException(
                        "The configurer " + configurer.getClass().getName()
                                + " of groups of HTTP interfaces runs after that of the mesh, and could replace the client of"
                                + " a group: its calls would bypass the mesh.",
                        "Give it an order before Ordered.LOWEST_PRECEDENCE, which is the default: getOrder() returns 0.");
            }
        }
    }

    /** Whether a bean is a proxy that Spring has made for an annotated interface, without a group. */
    private boolean isMadeByHand(String bean, Advised proxy) {
        Class<?>[] types = proxy.getProxiedInterfaces();
        return Arrays.stream(proxy.getAdvisors())
                        .anyMatch(advisor ->
                                advisor.getAdvice().getClass().getName().startsWith(INVOKER))
                && Arrays.stream(types)
                        .anyMatch(type -> MeshInterfaces.annotation(type).isPresent())
                && Arrays.stream(types).noneMatch(type -> bean.endsWith("#" + type.getName()));
    }
}
