package dev.meshclient.spring.service;

import dev.meshclient.spring.web.OkHttpClientHttpRequestFactoryBuilder;
import java.io.IOException;
import java.net.URI;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.util.ClassUtils;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;

/**
 * Puts groups with a {@code RestClient} into the mesh. It is the last configurer, so that no other one replaces the request factory,
 * and interceptors, headers and message converters of all others stay.
 */
final class RestClientGroups implements RestClientHttpServiceGroupConfigurer {
    /** The bean by which Boot's tests put mocks into all clients. */
    private static final String MOCKS = "org.springframework.boot.restclient.test.MockServerRestClientCustomizer";

    private final ListableBeanFactory beans;
    private final MeshGroups groups;
    private final GroupSettings settings;

    RestClientGroups(ListableBeanFactory beans, MeshGroups groups) {
        this.beans = beans;
        this.groups = groups;
        this.settings = new GroupSettings(beans);
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void configureGroups(Groups<RestClient.Builder> all) {
        all.forEachGroup((group, client, proxies) -> {
            if (groups.join(group, () -> baseUrl(client), client::baseUrl, proxies) && !isMocked()) {
                client.requestFactory(
                        new OkHttpClientHttpRequestFactoryBuilder(settings.client()).build(settings.of(group.name())));
            }
        });
    }

    /** A builder does not tell its base URL, but a request without a path, which is not sent, does. */
    private static String baseUrl(RestClient.Builder client) {
        AtomicReference<@Nullable String> found = new AtomicReference<>();
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
        return Objects.requireNonNullElse(found.get(), "");
    }

    private boolean isMocked() {
        ClassLoader loader = getClass().getClassLoader();
        return ClassUtils.isPresent(MOCKS, loader)
                && beans.getBeanNamesForType(ClassUtils.resolveClassName(MOCKS, loader), true, false).length > 0;
    }
}
