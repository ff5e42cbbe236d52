package dev.meshclient.spring.webclient;

import dev.meshclient.spring.web.OkHttpClientHttpRequestFactoryBuilder;
import java.util.Objects;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.reactive.ClientHttpConnectorBuilder;

/**
 * Makes {@link OkHttpClientHttpConnector}s by Boot's settings of HTTP clients. As a bean it takes the place of Boot's own builder: every
 * {@code WebClient} of the application then uses OkHttp. The settings have the effects of {@link OkHttpClientHttpRequestFactoryBuilder}.
 */
public final class OkHttpClientHttpConnectorBuilder implements ClientHttpConnectorBuilder<OkHttpClientHttpConnector> {
    private final OkHttpClient client;

    /** @param client the settings that Boot does not state; it may be one that a mesh has wrapped */
    public OkHttpClientHttpConnectorBuilder(OkHttpClient client) {
        this.client = Objects.requireNonNull(client, "client must not be null: pass an OkHttpClient");
    }

    /**
     * @param settings null: those of the client
     * @throws IllegalArgumentException if the SSL bundle has no X.509 trust manager
     */
    @Override
    public OkHttpClientHttpConnector build(@Nullable HttpClientSettings settings) {
        return new OkHttpClientHttpConnector(client(settings));
    }

    OkHttpClient client(@Nullable HttpClientSettings settings) {
        return settings == null ? client : new OkHttpClientHttpRequestFactoryBuilder(client).client(settings);
    }
}
