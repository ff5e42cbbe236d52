package dev.meshclient.spring;

import dev.meshclient.Explanation;
import dev.meshclient.Mesh;
import dev.meshclient.MeshStatus;
import dev.meshclient.Workload;
import dev.meshclient.policy.Locality;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;

/**
 * The end of the start: makes the mesh if no client has needed it, fails if a client with {@link MeshClient} does not use it, and
 * logs one line.
 */
final class MeshStart implements SmartInitializingSingleton {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring");

    private final ConfigurableListableBeanFactory beans;
    private final AnnotatedClients annotated;
    private final ObjectProvider<MeshClientType<?>> types;
    private final MeshClientPostProcessor processor;
    private final ObjectProvider<Mesh> mesh;
    private final ObjectProvider<Workload> workload;

    MeshStart(
            ConfigurableListableBeanFactory beans,
            AnnotatedClients annotated,
            ObjectProvider<MeshClientType<?>> types,
            MeshClientPostProcessor processor,
            ObjectProvider<Mesh> mesh,
            ObjectProvider<Workload> workload) {
        this.beans = beans;
        this.annotated = annotated;
        this.types = types;
        this.processor = processor;
        this.mesh = mesh;
        this.workload = workload;
    }

    @Override
    public void afterSingletonsInstantiated() {
        Map<String, String> all = annotated.all();
        if (!processor.isEnabled()) {
            LOG.info("the mesh is off (mesh.enabled=false); plain clients: {}", clients(annotated.allClients()));
            return;
        }
        Mesh running = mesh.getObject();
        all.forEach(this::check);
        if (beans.getBeanProvider(MeshShutdown.class).stream().noneMatch(late -> late.closes(running))) {
            annotated.allClients().forEach((client, service) -> checkClaim(running, client, service));
        }
        beans.getBeanProvider(MeshClientSource.class).orderedStream().forEach(MeshClientSource::check);
        log(running.status(), annotated.allClients());
    }

    private void check(String bean, String service) {
        String annotation = "@MeshClient(\"" + service + "\")";
        MeshClientType<?> type = supported(bean, beans.getType(bean, false), annotation);
        warnOfBackOff(bean, type);
        SpringCloudLoadBalancer.refuse(bean, annotation, beans);
        if (ScopedProxyUtils.isScopedTarget(bean)) { // an injection point gets the proxy, which has no annotation
            String injected = ScopedProxyUtils.getOriginalBeanName(bean);
            if (beans.isTypeMatch(injected, OkHttpClient.class)) {
                throw proxy(injected, annotation);
            }
        }
        if (!beans.containsSingleton(bean) || !beans.isSingleton(bean)) {
            return; // made later, or more than once
        }
        Object client = beans.getBean(bean);
        if (!processor.wrapped().containsKey(bean)) {
            throw new MeshConfigurationException(
                    "The bean '" + bean + "' with " + annotation
                            + " was made before the mesh could wrap it: its calls would"
                            + " bypass the mesh. A BeanPostProcessor or BeanFactoryPostProcessor needs it, or a bean that one of"
                            + " them needs.",
                    "Let that post-processor take an ObjectProvider in place of the bean, and make its @Bean method static.");
        }
        if (client instanceof OkHttpClient && AopUtils.isAopProxy(client)) {
            throw proxy(bean, annotation);
        }
    }

    /** A mesh of the application may claim other hosts; calls to all others bypass it. */
    private static void checkClaim(Mesh mesh, String client, String service) {
        HttpUrl url = HttpUrl.parse("http://" + service + "/");
        if (url == null) {
            throw new MeshConfigurationException(
                    "The client '" + client + "' calls the service '" + service + "' of the mesh, and that is no host.",
                    "State the host of the service, such as @MeshClient(\"orders\") for http://orders/.");
        }
        Explanation call = mesh.explain(new Request.Builder().url(url).build());
        if (call.result() == Explanation.Result.OUTSIDE) {
            throw new MeshConfigurationException(
                    "The client '" + client + "' calls the service '" + service
                            + "', and the Mesh bean of the application does not claim that host: its calls would bypass the mesh.",
                    "Claim it: Mesh.builder().claim(\"" + service + "\").");
        }
    }

    private static MeshConfigurationException proxy(String bean, String annotation) {
        return new MeshConfigurationException(
                "The bean '" + bean + "' with " + annotation
                        + " is a proxy of OkHttpClient, made for an aspect or a scope."
                        + " The settings of an OkHttpClient are final: a proxy answers null and 0 for them.",
                "Declare the bean as okhttp3.Call.Factory, or exclude it from the aspect.");
    }

    /** All injection points without a qualifier then get a client of one service, those of libraries too. */
    private void warnOfBackOff(String bean, MeshClientType<?> type) {
        String boot = type.bootBean();
        if (boot != null
                && (bean.equals(boot) || !beans.containsBean(boot))
                && beans.getMergedBeanDefinition(bean) instanceof AbstractBeanDefinition definition
                && definition.isDefaultCandidate()) {
            LOG.warn(
                    "the bean '{}' replaces Boot's own {}, so that injection points without @MeshClient get a client of one service;"
                            + " declare it with @Bean(defaultCandidate = false)",
                    bean,
                    type.type().getCanonicalName());
        }
    }

    private MeshClientType<?> supported(String bean, @Nullable Class<?> type, String annotation) {
        List<MeshClientType<?>> known = types.orderedStream().toList();
        for (MeshClientType<?> of : known) {
            if (type != null && of.type().isAssignableFrom(type)) {
                return of;
            }
        }
        for (MeshClientType<?> of : known) {
            Class<?> built = of.built();
            if (type != null && built != null && built.isAssignableFrom(type)) {
                throw new MeshConfigurationException(
                        noEffect(bean, built.getCanonicalName(), annotation)
                                + ": it was built before the mesh could change it.",
                        "Put the annotation on the bean of type " + of.type().getCanonicalName() + " that builds it: "
                                + of.example(annotation));
            }
        }
        String starter = MissingStarter.advice(type);
        throw new MeshConfigurationException(
                noEffect(bean, type == null ? "unknown" : type.getName(), annotation) + ".",
                starter != null
                        ? starter
                        : "Put the annotation on the bean that makes the calls, of one of these types: "
                                + known.stream()
                                        .map(of -> of.type().getCanonicalName())
                                        .collect(Collectors.joining(", "))
                                + ".");
    }

    private static String noEffect(String bean, String type, String annotation) {
        return "The bean '" + bean + "' of type " + type + " has " + annotation + ", which has no effect on this type";
    }

    private void log(MeshStatus status, Map<String, String> all) {
        MeshStatus.Identity identity = status.identities().get("");
        LOG.info(
                "mesh started{}: policy {} from {}, identity {}, clients {}",
                workload.stream().map(MeshStart::place).findFirst().orElse(""),
                status.isReady() ? status.revision() : "not there yet",
                SanitizedUrls.withoutUser(status.source()),
                name(identity),
                clients(all));
    }

    private static String place(Workload workload) {
        Locality at = workload.locality();
        String place = Stream.of(at.region(), at.zone(), at.subzone())
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining("/"));
        String cluster = workload.cluster();
        return " for " + workload.service() + (place.isEmpty() ? "" : " in " + place)
                + (cluster.isEmpty() ? "" : " of " + cluster);
    }

    private static String name(MeshStatus.@Nullable Identity identity) {
        if (identity == null) {
            return "none";
        }
        return identity.id().isEmpty() ? "not there yet from " + identity.source() : identity.id();
    }

    private static String clients(Map<String, String> all) {
        return all.isEmpty()
                ? "none"
                : all.entrySet().stream()
                        .map(client -> client.getKey() + " -> " + client.getValue())
                        .collect(Collectors.joining(", "));
    }
}
