package dev.meshclient.examples.boot;

import com.sun.net.httpserver.HttpServer;
import dev.meshclient.Mesh;
import dev.meshclient.examples.boot.orders.OrdersApplication;
import dev.meshclient.examples.registry.RegistryServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The application that {@link AheadOfTimeTest} has processed: what it does, in words. */
public final class AheadOfTimeRun implements Supplier<Map<String, String>> {
    private static final String STOCK = "{\"item\": 7, \"left\": 7, \"version\": \"run\"}";

    private final Map<String, String> seen = new TreeMap<>();

    @Override
    public Map<String, String> get() {
        HttpServer server = null;
        RegistryServer registry = null;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                byte[] body = STOCK.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            server.start();
            int port = server.getAddress().getPort();
            registry = RegistryServer.start(0, policy(port));
            on(registry.uri().toString());
            off("http://127.0.0.1:" + port);
            return seen;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            if (server != null) {
                server.stop(0);
            }
            if (registry != null) {
                registry.close();
            }
        }
    }

    private static String policy(int port) {
        return """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 1}, "services": {
               "inventory": {"hosts": ["inventory"], "endpoints": [{"address": "127.0.0.1", "port": %1$d}]},
               "suppliers": {"hosts": ["suppliers"], "endpoints": [{"address": "127.0.0.1", "port": %1$d}]}}}
            """.formatted(port);
    }

    private void on(String registry) throws IOException {
        try (ConfigurableApplicationContext context = start("--shop.registry=" + registry)) {
            seen.put("inventory", stock(context));
            OkHttpClient client = context.getBean(Mesh.class).wrap(new OkHttpClient());
            Request request = new Request.Builder().url("http://suppliers/").build();
            try (Response response = client.newCall(request).execute()) {
                seen.put("suppliers", Mesh.decision(response).service());
            }
        }
    }

    private void off(String inventory) {
        try (ConfigurableApplicationContext context = start(
                "--mesh.enabled=false",
                "--shop.registry=http://run.invalid/policy",
                "--spring.http.serviceclient.inventory.base-url=" + inventory)) {
            seen.put("off: inventory", stock(context));
            seen.put("off: there is a mesh", "" + context.getBeanFactory().containsSingleton("mesh"));
        }
    }

    private static String stock(ConfigurableApplicationContext context) {
        return context.getBean(OrdersApplication.Inventory.class).stock(7, null).toString();
    }

    private static ConfigurableApplicationContext start(String... arguments) {
        SpringApplication application = new SpringApplication(OrdersApplication.class);
        application.setMainApplicationClass(OrdersApplication.class);
        application.setDefaultProperties(Map.of(
                "spring.config.name", "orders",
                "shop.identities", "/run",
                "spring.main.banner-mode", "off"));
        String[] all = new String[arguments.length + 1];
        all[0] = "--server.port=0";
        System.arraycopy(arguments, 0, all, 1, arguments.length);
        return application.run(all);
    }
}
