package dev.meshclient.spring.webclient;

import dev.meshclient.Mesh;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.thread.Threading;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;

/** One connector for all reactive clients in the mesh, made when the first of them is. */
final class Connectors {
    private final BeanFactory beans;
    private final AtomicReference<@Nullable OkHttpClientHttpConnector> made = new AtomicReference<>();

    Connectors(BeanFactory beans) {
        this.beans = beans;
    }

    /** Without a lock: a bean that is made while one is held can wait for ever. */
    OkHttpClientHttpConnector get(Mesh mesh) {
        OkHttpClientHttpConnector known = made.get();
        if (known != null) {
            return known;
        }
        OkHttpClient base = beans.getBean("meshHttpClient", OkHttpClient.class);
        HttpClientSettings settings =
                beans.getBeanProvider(HttpClientSettings.class).getIfAvailable();
        OkHttpClient client = new OkHttpClientHttpConnectorBuilder(mesh.wrap(base)).client(settings);
        OkHttpClientHttpConnector built = Threading.VIRTUAL.isActive(beans.getBean(Environment.class))
                ? new OkHttpClientHttpConnector(client, new VirtualThreadTaskExecutor("mesh-webclient-body-"))
                : new OkHttpClientHttpConnector(client);
        return made.compareAndSet(null, built) ? built : get(mesh);
    }
}
