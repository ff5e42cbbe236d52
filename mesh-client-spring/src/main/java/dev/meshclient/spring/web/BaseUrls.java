package dev.meshclient.spring.web;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.util.DefaultUriBuilderFactory;

/** The base URL {@code http://<service>} for clients that have none. */
final class BaseUrls {
    private static final Logger LOG = LoggerFactory.getLogger("dev.meshclient.spring");

    private static final ClientHttpRequestFactory NONE = (uri, method) -> {
        throw new IOException("this client sends no request");
    };

    private BaseUrls() {}

    static void complete(RestClient.Builder client, String service) {
        String stated = stated(client);
        if (stated != null && stated.isEmpty()) {
            client.baseUrl("http://" + service);
        }
    }

    /** Templates that begin with a path are completed, absolute ones stay. */
    static void complete(RestTemplate client, String service) {
        if (client.getUriTemplateHandler() instanceof DefaultUriBuilderFactory known && !known.hasBaseUri()) {
            DefaultUriBuilderFactory completed = new DefaultUriBuilderFactory("http://" + service);
            completed.setEncodingMode(known.getEncodingMode());
            completed.setParsePath(known.shouldParsePath());
            completed.setDefaultUriVariables(known.getDefaultUriVariables());
            client.setUriTemplateHandler(completed);
        }
    }

    /** A builder has no method that returns it, but a request without a path shows it, and is not sent. Null: unknown. */
    private static @Nullable String stated(RestClient.Builder client) {
        AtomicReference<String> url = new AtomicReference<>();
        try {
            RestClient probe = client.clone()
                    .requestFactory(NONE)
                    .configureMessageConverters(converters -> {}) // the default ones take long to make
                    .build();
            probe.get().uri(builder -> {
                url.set(builder.toUriString());
                return URI.create("/");
            });
        } catch (RuntimeException e) { // of a defaultRequest, which needs a call
            LOG.debug("the base URL of a RestClient.Builder is unknown, and stays as it is", e);
        }
        return url.get();
    }
}
