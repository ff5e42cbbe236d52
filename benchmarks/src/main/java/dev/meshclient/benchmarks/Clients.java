package dev.meshclient.benchmarks;

import dev.meshclient.Mesh;
import dev.meshclient.benchmarks.Variant.Role;
import dev.meshclient.identity.Svid;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** Makes the plain and the meshed clients of a comparison, for one kind of peer. */
final class Clients implements Closeable {
    private static final String PATH = "/v1/orders/12345?expand=items&limit=20";

    private final String protocol;
    private final int port;
    private final @Nullable Svid identity;
    private final List<Mesh> meshes = new ArrayList<>();
    private final List<Variant> variants = new ArrayList<>();

    /**
     * @param protocol the document's {@code appProtocol}; empty: none
     * @param identity for mutual TLS, which the document then demands
     */
    Clients(String protocol, int port, @Nullable Svid identity) {
        this.protocol = protocol;
        this.port = port;
        this.identity = identity;
    }

    List<Variant> variants() {
        return variants;
    }

    /** Twice plain with defaults, twice with a call timeout, in the clear or by the same mutual TLS as the mesh. */
    Clients plain() throws GeneralSecurityException, IOException {
        List<Request> requests = List.of(request(identity == null ? "http" : "https", "orders"));
        for (int i = 0; i < 2; i++) {
            OkHttpClient limited = plainClient()
                    .newBuilder()
                    .callTimeout(Duration.ofSeconds(1))
                    .build();
            add(Role.PLAIN_WITH_DEFAULTS, "plain", plainClient(), requests, 0);
            add(Role.PLAIN_WITH_CALL_TIMEOUT, "plain with callTimeout(1s)", limited, requests, 0);
        }
        return this;
    }

    /** Twice plain with that many hosts, and as many idle connections. */
    Clients plain(int hosts, int connections) throws GeneralSecurityException, IOException {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < hosts; i++) {
            requests.add(request("http", "orders" + i));
        }
        for (int i = 0; i < 2; i++) {
            OkHttpClient plain = plainClient()
                    .newBuilder()
                    .connectionPool(new ConnectionPool(connections, 5, TimeUnit.MINUTES))
                    .build();
            add(Role.PLAIN_WITH_DEFAULTS, "plain", plain, requests, connections);
        }
        return this;
    }

    Clients meshed(String name, String scheme, int endpoints) throws GeneralSecurityException, IOException {
        return meshed(name, scheme, endpoints, 0);
    }

    /** @param endpoints 0: a service with {@code "resolution": "NONE"} */
    Clients meshed(String name, String scheme, int endpoints, int connections)
            throws GeneralSecurityException, IOException {
        Mesh.Builder builder = Mesh.builder().policy(PolicySource.of(document(endpoints)));
        if (identity != null) {
            builder.identity(WorkloadIdentity.of(identity));
        }
        Mesh mesh = builder.build();
        meshes.add(mesh);
        mesh.awaitReady(Duration.ofSeconds(10));
        add(Role.MESHED, name, mesh.wrap(plainClient()), List.of(request(scheme, "orders")), connections);
        return this;
    }

    private void add(Role role, String name, OkHttpClient client, List<Request> requests, int connections) {
        variants.add(new Variant(role, name, client, requests, connections));
    }

    private OkHttpClient plainClient() throws GeneralSecurityException, IOException {
        List<InetAddress> peer = List.of(InetAddress.getLoopbackAddress());
        OkHttpClient.Builder plain = new OkHttpClient.Builder().dns(host -> peer);
        if (!protocol.isEmpty()) {
            plain.protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE));
        }
        if (identity != null) {
            plain.sslSocketFactory(Certificates.mutualTls(identity).getSocketFactory(), Certificates.trust(identity));
        }
        return plain.build();
    }

    private Request request(String scheme, String host) {
        return new Request.Builder()
                .url(scheme + "://" + host + ":" + port + PATH)
                .header("Accept", "application/json")
                .build();
    }

    String document(int endpoints) {
        List<String> addresses = new ArrayList<>();
        for (int i = 1; i <= endpoints; i++) {
            addresses.add("{\"address\": \"127.0.0.%d\", \"port\": %d}".formatted(i, port));
        }
        return """
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "benchmark"}, %s
                 "services": {"orders": {"hosts": ["orders"], %s %s}}}
                """.formatted(
                        identity == null
                                ? ""
                                : "\"trustDomain\": \"" + Certificates.TRUST_DOMAIN
                                        + "\", \"defaults\": {\"tls\": {\"mode\": \"MESH_MUTUAL\"}},",
                        protocol.isEmpty() ? "" : "\"appProtocol\": \"" + protocol + "\",",
                        endpoints == 0 ? "\"resolution\": \"NONE\"" : "\"endpoints\": " + addresses);
    }

    @Override
    public void close() {
        meshes.forEach(Mesh::close);
    }
}
