package dev.meshclient.internal.pipeline;

import dev.meshclient.internal.endpoint.Gateway;
import dev.meshclient.policy.AppProtocol;
import dev.meshclient.policy.Cluster;
import dev.meshclient.policy.Endpoint;
import dev.meshclient.policy.Service;
import dev.meshclient.policy.Tls;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The gateways by which a workload reaches the endpoints of a service in other clusters than its own. */
final class Gateways {
    private final Map<String, Gateway> byCluster = new HashMap<>();

    /** @param own the cluster of the workload; empty: not known, so that it uses the addresses of all endpoints as they are */
    Gateways(String name, AcceptedService accepted, String own) {
        accepted.clusters().values().forEach(cluster -> {
            if (cluster.gateway() != null && !own.isEmpty() && !cluster.name().equals(own)) {
                List<Endpoint> behind = accepted.service().endpoints().stream()
                        .filter(e -> cluster.name().equals(e.cluster()))
                        .toList();
                if (!behind.isEmpty()) {
                    byCluster.put(cluster.name(), gateway(name, accepted.service(), cluster, behind));
                }
            }
        });
    }

    private static Gateway gateway(String name, Service service, Cluster cluster, List<Endpoint> behind) {
        HostPattern gateway = HostPattern.parse(Objects.requireNonNull(cluster.gateway()));
        HostPattern host = HostPattern.parse(
                service.hosts().isEmpty() ? name : service.hosts().get(0));
        int port = host.hasPort() ? host.port() : behind.get(0).port();
        String sni = Objects.requireNonNullElse(cluster.gatewaySni(), Cluster.GATEWAY_SNI)
                .replace("{service}", name)
                .replace("{host}", host.host())
                .replace("{port}", Integer.toString(port));
        Tls tls = service.settings().backend().tls();
        boolean plain = tls == null ? service.appProtocol() != AppProtocol.HTTPS : tls.mode() == Tls.Mode.DISABLE;
        return new Gateway(
                gateway.host(),
                gateway.port(),
                sni,
                behind.stream()
                        .map(Endpoint::serviceAccount)
                        .filter(Objects::nonNull)
                        .distinct()
                        .toList(),
                behind.stream().anyMatch(e -> e.serviceAccount() == null),
                behind.stream().mapToLong(Endpoint::weight).sum(),
                plain);
    }

    /** Null: its address is used. */
    @Nullable
    Gateway of(Endpoint endpoint) {
        return endpoint.cluster() == null ? null : byCluster.get(endpoint.cluster());
    }
}
