package dev.meshclient.spring.service;

import dev.meshclient.spring.webclient.OkHttpClientHttpConnectorBuilder;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;
import reactor.core.publisher.Mono;

/** Puts groups with a {@code WebClient} into the mesh, as {@link RestClientGroups} does with the others. */
final class WebClientGroups implements WebClientHttpServiceGroupConfigurer {
    private final MeshGroups groups;
    private final GroupSettings settings;

    WebClientGroups(BeanFactory beans, MeshGroups groups) {
        this.groups = groups;
        this.settings = new GroupSettings(beans);
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void configureGroups(Groups<WebClient.Builder> all) {
        all.forEachGroup((group, client, proxies) -> {
            if (groups.join(group, () -> baseUrl(client), client::baseUrl, proxies)) {
                client.clientConnector(
                        new OkHttpClientHttpConnectorBuilder(settings.client()).build(settings.of(group.name())));
            }
        });
    }

    /** A builder does not tell its base URL, but a request without a path, which is not sent, does. */
    private static String baseUrl(WebClient.Builder client) {
        AtomicReference<@Nullable String> found = new AtomicReference<>();
        WebClient probe =
                client.clone().exchangeFunction(request -> Mono.empty()).build();
        probe.get().uri(builder -> {
            found.set(builder.toUriString());
            return URI.create("/");
        });
        return Objects.requireNonNullElse(found.get(), "");
    }
}
