package dev.meshclient.realpeers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Documents;
import dev.meshclient.Mesh;
import dev.meshclient.identity.TestCertificates;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.internal.time.Patience;
import dev.meshclient.internal.time.RealTime;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;

/** A mesh with a service 'orders' at one endpoint. */
final class Shop {
    static final String ORDERS = "spiffe://shop.example/ns/prod/sa/orders";
    static final String CHECKOUT = "spiffe://shop.example/ns/prod/sa/checkout";
    static final InstantSource CLOCK = RealTime.create("real-peers").wall();

    private Shop() {}

    static TestCertificates issue(TestCertificates root, TestCertificates.Wanted wanted) {
        return issue(root, wanted, CLOCK.instant().plus(Duration.ofHours(1)));
    }

    static TestCertificates issue(TestCertificates root, TestCertificates.Wanted wanted, Instant end) {
        return root.issue(wanted.valid(CLOCK.instant().minus(Duration.ofMinutes(5)), end));
    }

    /** @param settings of the service, beside hosts and endpoints */
    static Mesh.Builder mesh(int port, String settings, WorkloadIdentity identity) {
        return Mesh.builder()
                .policy(Documents.mesh("shop")
                        .with("'trustDomain': 'shop.example'")
                        .services(Documents.service("orders")
                                .with("'timeouts': {'connect': '30s'}")
                                .with(settings)
                                .endpoint(port))
                        .source())
                .snapshotDirectory(null)
                .identity(identity);
    }

    static Mesh ready(Mesh.Builder builder) throws IOException {
        Mesh mesh = builder.build();
        assertThat(mesh.awaitReady(Patience.LONG)).isTrue();
        return mesh;
    }

    static OkHttpClient client(Mesh mesh, Protocol protocol) {
        return mesh.wrap(new OkHttpClient.Builder()
                .protocols(protocol == Protocol.HTTP_1_1 ? List.of(protocol) : List.of(protocol, Protocol.HTTP_1_1))
                .build());
    }
}
