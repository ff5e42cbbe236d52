package dev.meshclient.spring.service;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.web.client.RestClient;

/** The base URL of a builder after all customizers and configurers: a builder does not tell it, a request that is not sent does. */
final class RestClientProbe {
    private RestClientProbe() {}

    /** Empty: it has none. */
    static String baseUrl(RestClient.Builder client) {
        AtomicReference<String> found = new AtomicReference<>("");
        RestClient probe = client.clone()
                .requestFactory((uri, method) -> {
                    throw new IOException("this client sends no request");
                })
                .configureMessageConverters(converters -> {}) // the default ones take long to make
                .build();
        probe.get().uri(builder -> {
            found.set(builder.toUriString());
            return URI.create("/");
        });
        return found.get();
    }
}
