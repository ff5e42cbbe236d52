package dev.meshclient.spring;

import dev.meshclient.policy.OutboundTrafficPolicy;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The properties {@code mesh.*}.
 *
 * @param enabled Whether annotated clients use the mesh. If not, they are plain clients, and no inbound request is authorized: with mesh.server.authorization=enforce the application starts only with mesh.server.enabled=false too.
 * @param service Name of this service in the policy. Default: spring.application.name, then what the environment of the platform states.
 * @param workloadName Name of the Deployment, by which Istio's metrics call this process: the label service.istio.io/workload-name.
 * @param region Region of this process. Default: what the environment of the platform states.
 * @param zone Zone of this process: zone, region/zone or region/zone/subzone. Default: what the environment of the platform states.
 * @param cluster Cluster of this process, as endpoints[].cluster names it: those of other clusters are reached by their gateway.
 * @param instance Unique name of this process among those of its service: loadBalancer.subsetSize gives it the same endpoints after a restart.
 * @param labels Labels of this process, which failoverPriority compares with those of endpoints.
 * @param claims Hosts whose calls never bypass the mesh, beside those of annotated clients: orders, *.svc.cluster.local.
 * @param outboundTrafficPolicy Calls to hosts outside the mesh; the policy can only make it stricter.
 * @param initialFetchTimeout Time from the start for which calls wait for the first policy.
 * @param staleTtl Time for which a service is kept that the policy does not list any more.
 * @param drainTimeout Time for which the end of the process waits for calls in flight.
 * @param certificates Certificates by the name in tls.credentialName of the policy, each with the properties of mesh.identity.
 * @param tokens Tokens by the name in credentials.token of the policy: mesh.tokens.billing.file is the path of a token that another process rotates.
 */
@ConfigurationProperties("mesh")
record MeshProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable String service,
        @Nullable String workloadName,
        @Nullable String region,
        @Nullable String zone,
        @Nullable String cluster,
        @Nullable String instance,
        @DefaultValue Map<String, String> labels,
        @DefaultValue List<String> claims,
        @DefaultValue("allow-any") OutboundTrafficPolicy outboundTrafficPolicy,
        @DefaultValue("5s") Duration initialFetchTimeout,
        @DefaultValue("1h") Duration staleTtl,
        @DefaultValue("2s") Duration drainTimeout,
        @DefaultValue RegistryProperties registry,
        @DefaultValue SnapshotProperties snapshot,
        @DefaultValue Map<String, IdentityProperties> certificates,
        @DefaultValue Map<String, TokenProperties> tokens,
        @DefaultValue ClientProperties client) {
    MeshProperties {
        service = stated(service);
        workloadName = stated(workloadName);
        region = stated(region);
        zone = stated(zone);
        cluster = stated(cluster);
        instance = stated(instance);
    }

    /**
     * Where the policy document comes from.
     *
     * @param url URL of the policy document; further URLs have the same document and are requested when one fails.
     * @param file Path of the policy document, in place of a URL.
     * @param bearerTokenFile Path of a token that is sent to the registry; read for each request.
     * @param sslBundle Name of the SSL bundle whose certificate and authorities connections to the registry use.
     * @param pollInterval Time between two requests to a server that does not hold them.
     * @param longPoll Time for which a server may hold a request; zero: plain polling.
     * @param maxSize Greatest size of a document.
     * @param onDemand Whether to request only the services of the hosts that are called.
     */
    record RegistryProperties(
            @DefaultValue List<URI> url,
            @Nullable Path file,
            @Nullable Path bearerTokenFile,
            @Nullable String sslBundle,
            @DefaultValue("15s") Duration pollInterval,
            @DefaultValue("30s") Duration longPoll,
            @DefaultValue("16MB") DataSize maxSize,
            @DefaultValue("false") boolean onDemand) {
        RegistryProperties {
            file = stated(file);
            bearerTokenFile = stated(bearerTokenFile);
            sslBundle = stated(sslBundle);
        }
    }

    /**
     * The policy on disk, for a start without a registry.
     *
     * @param enabled Whether the policy in force is stored.
     * @param directory Directory of the snapshots. Default: mesh-client in STATE_DIRECTORY or XDG_CACHE_HOME; without either, nothing is stored.
     */
    record SnapshotProperties(
            @DefaultValue("true") boolean enabled, @Nullable Path directory) {
        SnapshotProperties {
            directory = stated(directory);
        }
    }

    /**
     * A certificate, its key and the trusted authorities, from files that another process rotates.
     *
     * @param directory Directory of the files, of Kubernetes, cert-manager, spiffe-helper or istio-proxy.
     * @param certificate Name of the file of the certificate and its issuers, if the directory has other names.
     * @param privateKey Name of the file of the key, if the directory has other names.
     * @param trustBundle Name of the file of the trusted authorities, if the directory has other names.
     * @param keyPassword Password of the key.
     * @param federated Files of the authorities of other trust domains, by trust domain.
     * @param sslBundle Name of an SSL bundle that has the certificate, its key and the trusted authorities, in place of a directory.
     */
    @ConfigurationProperties("mesh.identity")
    record IdentityProperties(
            @Nullable String directory,
            @Nullable String certificate,
            @Nullable String privateKey,
            @Nullable String trustBundle,
            @Nullable String keyPassword,
            @DefaultValue Map<String, String> federated,
            @Nullable String sslBundle) {
        IdentityProperties {
            directory = stated(directory);
            certificate = stated(certificate);
            privateKey = stated(privateKey);
            trustBundle = stated(trustBundle);
            keyPassword = stated(keyPassword);
            sslBundle = stated(sslBundle);
        }

        /** The first property that only makes sense with a directory; null: none is stated. */
        @Nullable
        String ofDirectory() {
            return certificate != null
                    ? "certificate"
                    : privateKey != null
                            ? "private-key"
                            : trustBundle != null
                                    ? "trust-bundle"
                                    : keyPassword != null ? "key-password" : federated.isEmpty() ? null : "federated";
        }

        /** Without the password. */
        @Override
        public String toString() {
            return "IdentityProperties[directory=" + directory + ", sslBundle=" + sslBundle + "]";
        }
    }

    /**
     * A token that is sent with calls over TLS.
     *
     * @param file Path of the token, which another process rotates.
     */
    record TokenProperties(@Nullable String file) {
        TokenProperties {
            file = stated(file);
        }
    }

    /**
     * The clients of this process.
     *
     * @param services Single services by their names in the policy: mesh.client.services.orders.url is a URL that gets all calls to orders.
     */
    record ClientProperties(@DefaultValue Map<String, ServiceProperties> services) {}

    /**
     * A service that this process sees in another way than the policy states it.
     *
     * @param url URL that gets all calls to the service, on the machine of a developer for example. Empty: none does.
     */
    record ServiceProperties(@Nullable String url) {}

    /**
     * An empty value, such as that of a placeholder, states nothing. In a map Boot drops an entry whose only value is an empty path,
     * and a path whose key has a dot: there a path is a text.
     */
    private static @Nullable Path stated(@Nullable Path path) {
        return path == null || path.toString().isBlank() ? null : path;
    }

    private static @Nullable String stated(@Nullable String value) {
        return value == null || value.isBlank() ? null : value;
    }
}
