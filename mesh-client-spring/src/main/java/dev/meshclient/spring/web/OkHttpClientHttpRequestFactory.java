package dev.meshclient.spring.web;

import dev.meshclient.MeshOptions;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import okhttp3.Call;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * OkHttp below {@code RestClient} and {@code RestTemplate}: Spring had such a factory until 6.2. It works without a mesh as well.
 *
 * <pre>{@code
 * RestClient.builder().baseUrl("http://orders").requestFactory(new OkHttpClientHttpRequestFactory(mesh.wrap(client))).build();
 * }</pre>
 *
 * <p>Bodies are streamed, and a request whose body Spring can write again may be retried: JSON, text, bytes and forms can, an
 * {@code InputStream} cannot. OkHttp sends no body with GET and HEAD; such a request fails with an {@code IOException}.
 */
public final class OkHttpClientHttpRequestFactory implements ClientHttpRequestFactory {
    /**
     * The name of the request attribute that holds {@link MeshOptions}:
     * {@code restClient.post().attribute(MESH_OPTIONS, MeshOptions.DEFAULT.withIdempotent())}.
     */
    public static final String MESH_OPTIONS = MeshOptions.class.getName();

    private final Call.Factory calls;

    /** @param calls an {@code OkHttpClient}, or another factory of calls, which the owner closes */
    public OkHttpClientHttpRequestFactory(Call.Factory calls) {
        this.calls = Objects.requireNonNull(calls, "calls must not be null: pass an OkHttpClient");
    }

    /** @throws IOException if the URI is no absolute http: or https: URI */
    @Override
    public ClientHttpRequest createRequest(URI uri, HttpMethod method) throws IOException {
        return new OkHttpClientHttpRequest(calls, uri, MessageConversion.url(uri), method);
    }
}
