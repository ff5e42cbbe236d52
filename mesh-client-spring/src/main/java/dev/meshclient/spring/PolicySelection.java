package dev.meshclient.spring;

import dev.meshclient.policy.MeshPolicy;
import dev.meshclient.policy.Metadata;
import dev.meshclient.policy.Service;
import dev.meshclient.registry.HttpPolicySource;
import dev.meshclient.registry.PolicySource;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.ssl.SslBundles;

/**
 * The source of policy: a bean, otherwise {@link MeshRegistryConnectionDetails}, otherwise the properties. On top of it, each
 * service of {@code mesh.client.services} has the URL that its property states.
 */
final class PolicySelection {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring");

    private final MeshProperties properties;
    private final BeanFactory beans;

    PolicySelection(MeshProperties properties, BeanFactory beans) {
        this.properties = properties;
        this.beans = beans;
    }

    /** @param own the service of this process, which gets no URL of its own: its access policies check inbound requests */
    PolicySource source(String own) {
        Map<String, String> urls = urls();
        PolicySource source = stated();
        boolean local = source == null;
        if (source == null) {
            if (urls.isEmpty()) {
                throw new MeshConfigurationException(
                        "The mesh has no policy: there is no bean of type PolicySource, and neither mesh.registry.url nor"
                                + " mesh.registry.file is stated.",
                        "State mesh.registry.url or mesh.registry.file, or mesh.client.services.<service>.url for a service on"
                                + " this machine. To start without the mesh, set mesh.enabled=false: annotated clients are then plain clients.");
            }
            source = PropertiesMapping.made("mesh.client.services", urls.keySet(), () -> local(urls.keySet()));
        }
        for (var url : urls.entrySet()) {
            source = overridden(url.getKey(), url.getValue(), own, source);
            if (local) {
                LOG.info("calls to service '{}' are sent to {}; there is no registry", url.getKey(), url.getValue());
            } else {
                LOG.warn(
                        "calls to service '{}' are sent to {}; its TLS settings, access policies and tokens do not apply",
                        url.getKey(),
                        url.getValue());
            }
        }
        return source;
    }

    /** The URLs of services by their names. An empty one states nothing: it switches off that of another profile. */
    private Map<String, String> urls() {
        Map<String, String> urls = new TreeMap<>();
        properties.client().services().forEach((service, stated) -> {
            String url = stated.url();
            if (url == null) {
                throw PropertiesMapping.refused(property(service), null, "a service stated here needs a URL");
            }
            if (!url.isBlank()) {
                urls.put(service, url);
            }
        });
        return urls;
    }

    /** For services on the machine of a developer, with no registry. */
    private static PolicySource local(Set<String> services) {
        MeshPolicy.Builder policy = MeshPolicy.builder()
                .metadata(Metadata.builder().mesh("local").version(1L).build());
        services.forEach(service -> policy.service(
                service, Service.builder().hosts(List.of(service)).build()));
        return PolicySource.of(policy.build());
    }

    private static String property(String service) {
        return "mesh.client.services." + service + ".url";
    }

    private static PolicySource overridden(String service, String url, String own, PolicySource base) {
        String property = property(service);
        if (service.equals(own)) {
            throw PropertiesMapping.refused(property, url, "'" + own + "' is the service of this process itself");
        }
        return PropertiesMapping.checked(property, url, base, under -> PolicySource.override(service, url, under));
    }

    /** Null: nothing is stated. */
    private @Nullable PolicySource stated() {
        PolicySource own = beans.getBeanProvider(PolicySource.class).getIfAvailable();
        if (own != null) {
            return own;
        }
        MeshProperties.RegistryProperties registry = properties.registry();
        MeshRegistryConnectionDetails connection =
                beans.getBeanProvider(MeshRegistryConnectionDetails.class).getIfAvailable();
        List<URI> urls = connection == null ? registry.url() : connection.urls();
        if (urls.isEmpty()) {
            Path file = registry.file();
            return file == null
                    ? null
                    : PropertiesMapping.made("mesh.registry.file", file, () -> PolicySource.file(file));
        }
        if (registry.file() != null) {
            throw PropertiesMapping.refused(
                    "mesh.registry.file", registry.file(), "the policy has a URL already, " + urls.get(0));
        }
        return http(urls, registry);
    }

    private PolicySource http(List<URI> urls, MeshProperties.RegistryProperties registry) {
        URI[] more = urls.subList(1, urls.size()).toArray(URI[]::new);
        String url = "mesh.registry.url";
        HttpPolicySource source = PropertiesMapping.made(url, urls, () -> PolicySource.http(urls.get(0), more));
        Duration poll = registry.pollInterval();
        source = PropertiesMapping.checked(
                "mesh.registry.poll-interval", poll, source, known -> known.pollInterval(poll));
        Duration hold = registry.longPoll();
        source = PropertiesMapping.checked("mesh.registry.long-poll", hold, source, known -> known.longPoll(hold));
        long size = registry.maxSize().toBytes();
        source = PropertiesMapping.checked("mesh.registry.max-size", size, source, known -> known.maxBytes(size));
        Path token = registry.bearerTokenFile();
        if (token != null) {
            source = PropertiesMapping.checked(url, urls, source, known -> known.bearerToken(token));
        }
        if (registry.sslBundle() != null) {
            source = source.client(client(registry.sslBundle()));
        }
        return registry.onDemand() ? PropertiesMapping.checked(url, urls, source, HttpPolicySource::onDemand) : source;
    }

    private OkHttpClient client(String bundle) {
        String property = "mesh.registry.ssl-bundle";
        SslBundles all = OkHttpTls.having(bundle, property, () -> beans.getBean(SslBundles.class));
        OkHttpClient.Builder client = new OkHttpClient.Builder();
        return PropertiesMapping.made(property, bundle, () -> {
            OkHttpTls.apply(all.getBundle(bundle), client);
            return client.build();
        });
    }
}
