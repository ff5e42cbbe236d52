package dev.meshclient.spring;

import dev.meshclient.registry.HttpPolicySource;
import dev.meshclient.registry.PolicySource;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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

    /** For services on the machine of a developer, with no registry. */
    private static final String EMPTY = """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy",
             "metadata": {"mesh": "local", "version": 1}, "services": {}}
            """;

    private final MeshProperties properties;
    private final BeanFactory beans;

    PolicySelection(MeshProperties properties, BeanFactory beans) {
        this.properties = properties;
        this.beans = beans;
    }

    /** @param own the service of this process, which gets no URL of its own: its access policies check inbound requests */
    PolicySource source(String own) {
        Map<String, MeshProperties.ServiceProperties> services =
                properties.client().services();
        PolicySource source = stated();
        if (source == null) {
            if (services.isEmpty()) {
                throw new MeshConfigurationException(
                        "The mesh has no policy: there is no bean of type PolicySource, and neither mesh.registry.url nor"
                                + " mesh.registry.file is stated.",
                        "State mesh.registry.url, or mesh.client.services.<service>.url for a service on this machine. To"
                                + " start without the mesh, set mesh.enabled=false: annotated clients are then plain clients.");
            }
            source = PolicySource.of(EMPTY);
        }
        for (var service : services.entrySet()) {
            source = overridden(service.getKey(), service.getValue().url(), own, source);
        }
        return source;
    }

    private static PolicySource overridden(String service, @Nullable String url, String own, PolicySource base) {
        String property = "mesh.client.services." + service + ".url";
        if (url == null) {
            throw PropertiesMapping.refused(property, null, "a service stated here needs a URL");
        }
        if (service.equals(own)) {
            throw PropertiesMapping.refused(property, url, "'" + own + "' is the service of this process itself");
        }
        PolicySource source =
                PropertiesMapping.checked(property, url, base, under -> PolicySource.override(service, url, under));
        LOG.warn(
                "calls to service '{}' are sent to {}; its TLS settings, access policies and tokens do not apply",
                service,
                url);
        return source;
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
            return registry.file() == null ? null : PolicySource.file(registry.file());
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
        SslBundles all = BundleTls.having(bundle, property, () -> beans.getBean(SslBundles.class));
        OkHttpClient.Builder client = new OkHttpClient.Builder();
        return PropertiesMapping.made(property, bundle, () -> {
            BundleTls.apply(all.getBundle(bundle), client);
            return client.build();
        });
    }
}
