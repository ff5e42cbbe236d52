package dev.meshclient.spring.webclient;

import dev.meshclient.Mesh;
import dev.meshclient.spring.MeshShutdown;
import dev.meshclient.spring.SpringCloudLoadBalancer;
import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.http.client.reactive.ClientHttpConnector;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Mono;

/** What beans and groups of HTTP interfaces with a {@code WebClient} need to use the mesh. */
public final class WebClientBuilders {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring");

    private WebClientBuilders() {}

    /**
     * The base URL of a builder; empty: it has none; null: it is unknown, because a {@code defaultRequest} fails outside of a call. A
     * builder has no method that returns it, but a request without a path shows it, and is not sent.
     */
    public static @Nullable String baseUrl(WebClient.Builder client) {
        AtomicReference<@Nullable String> url = new AtomicReference<>();
        try {
            client.clone()
                    .exchangeFunction(request -> Mono.empty())
                    .build()
                    .get()
                    .uri(builder -> {
                        url.set(builder.toUriString());
                        return URI.create("/");
                    });
        } catch (RuntimeException e) {
            LOG.debug("the base URL of a WebClient.Builder is unknown", e);
        }
        return url.get();
    }

    /** Lets a client use this connector, and removes the filters of Spring Cloud LoadBalancer. */
    public static WebClient.Builder connect(WebClient.Builder client, ClientHttpConnector connector) {
        return client.filters(all -> all.removeIf(SpringCloudLoadBalancer::include))
                .clientConnector(connector);
    }

    /**
     * A connector in the mesh, over the bean {@code meshHttpClient}. It reads bodies on virtual threads if Spring uses them. It is closed
     * after the mesh.
     *
     * @param settings null: those of that bean
     */
    public static OkHttpClientHttpConnector connector(
            Mesh mesh, BeanFactory beans, @Nullable HttpClientSettings settings) {
        OkHttpClient base = beans.getBean("meshHttpClient", OkHttpClient.class);
        OkHttpClient client = mesh.wrap(new OkHttpClientHttpConnectorBuilder(base).client(settings));
        OkHttpClientHttpConnector connector = Threading.VIRTUAL.isActive(beans.getBean(Environment.class))
                ? new OkHttpClientHttpConnector(client, new VirtualThreadTaskExecutor("mesh-webclient-body-"))
                : new OkHttpClientHttpConnector(client);
        beans.getBeanProvider(MeshShutdown.class).ifAvailable(shutdown -> shutdown.afterMesh(connector::close));
        return connector;
    }
}
