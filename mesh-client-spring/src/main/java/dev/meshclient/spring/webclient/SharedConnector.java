package dev.meshclient.spring.webclient;

import dev.meshclient.Mesh;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.http.client.HttpClientSettings;

/** One connector for all reactive clients in the mesh, made when the first of them is. */
final class SharedConnector {
    private final BeanFactory beans;
    private final AtomicReference<@Nullable OkHttpClientHttpConnector> made = new AtomicReference<>();

    SharedConnector(BeanFactory beans) {
        this.beans = beans;
    }

    /** Without a lock: a bean that is made while one is held can wait for ever. */
    OkHttpClientHttpConnector get(Mesh mesh) {
        OkHttpClientHttpConnector known = made.get();
        if (known != null) {
            return known;
        }
        OkHttpClientHttpConnector built = WebClientBuilders.connector(
                mesh, beans, beans.getBeanProvider(HttpClientSettings.class).getIfAvailable());
        return made.compareAndSet(null, built) ? built : get(mesh);
    }
}
