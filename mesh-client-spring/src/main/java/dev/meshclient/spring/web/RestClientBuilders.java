package dev.meshclient.spring.web;

import dev.meshclient.Mesh;
import dev.meshclient.spring.SpringCloudLoadBalancer;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** What beans and groups of HTTP interfaces with a {@code RestClient} need to use the mesh. */
public final class RestClientBuilders {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring");

    private static final ClientHttpRequestFactory NONE = (uri, method) -> {
        throw new IOException("this client sends no request");
    };

    private RestClientBuilders() {}

    /**
     * The base URL of a builder; empty: it has none; null: it is unknown, because a {@code defaultRequest} fails outside of a call. A
     * builder has no method that returns it, but a request without a path shows it, and is not sent.
     */
    public static @Nullable String baseUrl(RestClient.Builder client) {
        AtomicReference<@Nullable String> url = new AtomicReference<>();
        try {
            RestClient probe = client.clone()
                    .requestFactory(NONE)
                    .configureMessageConverters(converters -> {}) // the default ones take long to make
                    .build();
            probe.get().uri(builder -> {
                url.set(builder.toUriString());
                return URI.create("/");
            });
        } catch (RuntimeException e) {
            LOG.debug("the base URL of a RestClient.Builder is unknown", e);
        }
        return url.get();
    }

    /** Lets a client use this factory, unless a mock of a test answers, and removes the interceptors of Spring Cloud LoadBalancer. */
    public static void connect(
            RestClient.Builder client, BeanFactory beans, Supplier<? extends ClientHttpRequestFactory> factory) {
        client.requestInterceptors(all -> all.removeIf(SpringCloudLoadBalancer::include));
        if (!MockRestServers.answer(client, beans)) {
            client.requestFactory(factory.get());
        }
    }

    /**
     * A request factory in the mesh, over the bean {@code meshHttpClient}.
     *
     * @param settings null: those of that bean
     */
    public static ClientHttpRequestFactory factory(
            Mesh mesh, BeanFactory beans, @Nullable HttpClientSettings settings) {
        OkHttpClient base = beans.getBean("meshHttpClient", OkHttpClient.class);
        return new OkHttpClientHttpRequestFactory(
                mesh.wrap(settings == null ? base : new OkHttpClientHttpRequestFactoryBuilder(base).client(settings)));
    }
}
