package dev.meshclient.spring.service;

import io.micrometer.observation.ObservationRegistry;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.web.client.RestClient;

/** The base URL of a builder after all customizers and configurers. A builder does not tell it; a request that is not sent does. */
final class RestClientProbe {
    private RestClientProbe() {}

    /** Empty or relative: it has none. */
    static URI baseUrl(RestClient.Builder client) {
        AtomicReference<@Nullable URI> found = new AtomicReference<>();
        RestClient probe = client.clone()
                .requestInterceptors(List::clear)
                .requestInitializers(List::clear)
                .observationRegistry(ObservationRegistry.NOOP)
                .requestFactory((uri, method) -> {
                    found.set(uri);
                    throw new IOException("only the URL is wanted");
                })
                .build();
        try {
            probe.get().retrieve().toBodilessEntity();
        } catch (RuntimeException e) {
            URI uri = found.get();
            if (uri != null) {
                return uri;
            }
            throw e;
        }
        throw new IllegalStateException("RestClient made a request without its request factory");
    }
}
