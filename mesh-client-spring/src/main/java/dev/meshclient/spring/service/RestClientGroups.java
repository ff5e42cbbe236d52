package dev.meshclient.spring.service;

import dev.meshclient.Mesh;
import dev.meshclient.spring.web.OkHttpClientHttpRequestFactoryBuilder;
import okhttp3.OkHttpClient;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.autoconfigure.HttpClientSettingsPropertyMapper;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.http.client.ClientHttpRequestFactory;
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

    RestClientGroups(ListableBeanFactory beans, MeshGroups groups) {
        this.beans = beans;
        this.groups = groups;
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void configureGroups(Groups<RestClient.Builder> all) {
        all.forEachGroup((group, client, proxies) -> {
            if (groups.join(group, () -> RestClientProbe.baseUrl(client), client::baseUrl, proxies) && !isMocked()) {
                client.requestFactory(requestFactory(group.name()));
            }
        });
    }

    /** With the settings of the group, as Boot makes that of a group outside the mesh. */
    private ClientHttpRequestFactory requestFactory(String group) {
        HttpServiceClientProperties properties =
                beans.getBeanProvider(HttpServiceClientProperties.class).getIfAvailable();
        HttpClientSettings settings = new HttpClientSettingsPropertyMapper(
                        beans.getBeanProvider(SslBundles.class).getIfAvailable(),
                        beans.getBeanProvider(HttpClientSettings.class).getIfAvailable())
                .map(properties == null ? null : properties.get(group));
        OkHttpClient base = beans.getBean("meshHttpClient", OkHttpClient.class);
        return new OkHttpClientHttpRequestFactoryBuilder(
                        beans.getBean(Mesh.class).wrap(base))
                .build(settings);
    }

    private boolean isMocked() {
        ClassLoader loader = getClass().getClassLoader();
        return ClassUtils.isPresent(MOCKS, loader)
                && beans.getBeanNamesForType(ClassUtils.resolveClassName(MOCKS, loader), true, false).length > 0;
    }
}
