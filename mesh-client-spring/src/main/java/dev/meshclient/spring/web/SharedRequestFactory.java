package dev.meshclient.spring.web;

import dev.meshclient.Mesh;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.http.client.ClientHttpRequestFactory;

/** One request factory for all Spring clients in the mesh, made when the first of them is. */
final class SharedRequestFactory {
    private final BeanFactory beans;
    private final AtomicReference<@Nullable ClientHttpRequestFactory> made = new AtomicReference<>();

    SharedRequestFactory(BeanFactory beans) {
        this.beans = beans;
    }

    /** Without a lock: a bean that is made while one is held can wait for ever. */
    ClientHttpRequestFactory get(Mesh mesh) {
        ClientHttpRequestFactory known = made.get();
        if (known != null) {
            return known;
        }
        ClientHttpRequestFactory built = RestClientBuilders.factory(
                mesh, beans, beans.getBeanProvider(HttpClientSettings.class).getIfAvailable());
        return made.compareAndSet(null, built) ? built : get(mesh);
    }
}
