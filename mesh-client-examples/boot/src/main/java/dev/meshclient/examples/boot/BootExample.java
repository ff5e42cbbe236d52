package dev.meshclient.examples.boot;

import dev.meshclient.examples.boot.inventory.InventoryApplication;
import dev.meshclient.examples.boot.orders.OrdersApplication;
import dev.meshclient.examples.identity.DevCertificates;
import dev.meshclient.examples.registry.RegistryServer;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Orders calls inventory, of which two versions run, by mutual TLS. One program holds the three processes, their registry and their
 * certificates.
 */
public final class BootExample implements Closeable {
    static final String TRUST_DOMAIN = "shop.example";

    /** A workload of the same trust domain that no policy allows to call inventory. */
    static final String REPORTS = "reports";

    private final Path directory = Files.createTempDirectory("mesh-boot-example");
    private final Deque<Closeable> started = new ConcurrentLinkedDeque<>();
    private final RegistryServer registry;
    private final int v1;
    private final int v2;
    private final int orders;
    private int version = 1;
    private String policy = policy(version, "", 100, 0);

    private BootExample(int ordersPort) throws IOException, GeneralSecurityException {
        started.push(this::deletePrivateKeys);
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "boot-example-close"));
        try {
            DevCertificates certificates = DevCertificates.in(directory, TRUST_DOMAIN, Duration.ofHours(24));
            for (String workload : List.of("orders", "inventory", REPORTS)) {
                certificates.make(workload);
            }
            registry = RegistryServer.start(0, policy);
            started.push(registry);
            v1 = start(InventoryApplication.class, "inventory", "inventory-v1", "--shop.version=v1");
            v2 = start(InventoryApplication.class, "inventory", "inventory-v2", "--shop.version=v2");
            publish(90, 10);
            orders = start(OrdersApplication.class, "orders", "orders", "--server.port=" + ordersPort);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            close(); // the threads of a service that has started would keep the process alive
            throw e;
        }
    }

    /** Starts everything; port 0 = any free port. */
    static BootExample start(int ordersPort) throws IOException, GeneralSecurityException {
        return new BootExample(ordersPort);
    }

    /** Prints what to try, and runs until the process ends. The system property {@code shop.port} is the port of orders. */
    public static void main(String[] args) throws IOException, GeneralSecurityException, InterruptedException {
        try (BootExample shop = start(Integer.getInteger("shop.port", 8080))) {
            Path reports = shop.identity(REPORTS);
            System.out.printf("""

                    an order             curl http://127.0.0.1:%1$d/orders/7
                    the canary           curl -H 'x-beta: true' http://127.0.0.1:%1$d/orders/7
                    the state            curl http://127.0.0.1:%1$d/actuator/mesh
                    a denied caller      curl -i --insecure --cert %2$s/tls.crt --key %2$s/tls.key https://127.0.0.1:%3$d/stock/7
                    without certificate  curl -i --insecure https://127.0.0.1:%3$d/stock/7
                    Ctrl-C ends it.
                    """, shop.orders, reports, shop.v1);
            Thread.currentThread().join();
        }
    }

    /** The port of orders. */
    int ordersPort() {
        return orders;
    }

    /** The port of inventory v1. */
    int inventoryPort() {
        return v1;
    }

    /** The directory of a workload's certificate and key. */
    Path identity(String workload) {
        return directory.resolve(workload);
    }

    /** The document of the registry. */
    String policy() {
        return policy;
    }

    /** Publishes a policy with these shares of the two versions of inventory. */
    void publish(int shareOfV1, int shareOfV2) {
        version++;
        String endpoint = "{\"address\": \"127.0.0.1\", \"port\": %d, \"labels\": {\"version\": \"%s\"}}";
        String endpoints = endpoint.formatted(v1, "v1") + ", " + endpoint.formatted(v2, "v2");
        policy = policy(version, endpoints, shareOfV1, shareOfV2);
        registry.publish(policy);
    }

    private static String policy(int version, String endpoints, int shareOfV1, int shareOfV2) {
        return """
            {
              "apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy",
              "metadata": {"mesh": "shop", "version": %d},
              "trustDomain": "shop.example",
              "defaults": {"tls": {"mode": "MESH_MUTUAL"}, "retry": {"attempts": 2}},
              "services": {
                "orders": {"hosts": ["orders"]},
                "inventory": {
                  "hosts": ["inventory"],
                  "endpoints": [%s],
                  "subsets": [{"name": "v1", "labels": {"version": "v1"}}, {"name": "v2", "labels": {"version": "v2"}}],
                  "rules": [
                    {"name": "beta", "matches": [{"headers": [{"name": "x-beta", "value": "true"}]}],
                     "backendRefs": [{"name": "inventory", "subset": "v2"}]},
                    {"name": "canary", "backendRefs": [{"name": "inventory", "subset": "v1", "weight": %d},
                                                       {"name": "inventory", "subset": "v2", "weight": %d}]}
                  ],
                  "authorization": [{"name": "orders-only", "action": "ALLOW",
                                     "rules": [{"from": [{"source": {"principals": ["shop.example/orders"]}}]}]}]
                }
              }
            }
            """.formatted(version, endpoints, shareOfV1, shareOfV2);
    }

    /** The thread of the start has the name of the service in the log: the application name of Boot is one for the whole process. */
    private int start(Class<?> application, String name, String label, String... arguments) {
        List<String> all = new ArrayList<>(List.of(
                "--spring.config.name=" + name,
                "--spring.main.banner-mode=off",
                "--logging.include-application-name=false",
                "--mesh.initial-fetch-timeout=60s", // three services and a build may share a busy machine
                "--shop.registry=" + registry.uri(),
                "--shop.identities=" + directory));
        all.addAll(List.of(arguments));
        Thread thread = Thread.currentThread();
        String before = thread.getName();
        thread.setName(label);
        try {
            ConfigurableApplicationContext context = SpringApplication.run(application, all.toArray(String[]::new));
            started.push(context);
            return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
        } finally {
            thread.setName(before);
        }
    }

    private void deletePrivateKeys() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** What started last ends first; the shutdown of the process does it too. */
    @Override
    public synchronized void close() {
        for (Closeable last = started.poll(); last != null; last = started.poll()) {
            try {
                last.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
