package dev.meshclient.spring.service;

import dev.meshclient.Mesh;
import dev.meshclient.spring.web.OkHttpClientHttpRequestFactory;
import okhttp3.OkHttpClient;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
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
    private final ObjectProvider<Mesh> mesh;

    RestClientGroups(ListableBeanFactory beans, MeshGroups groups, ObjectProvider<Mesh> mesh) {
        this.beans = beans;
        this.groups = groups;
        this.mesh = mesh;
    }

    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void configureGroups(Groups<RestClient.Builder> all) {
        boolean mocked = isMocked();
        all.forEachGroup((group, client, proxies) -> {
            if (groups.join(group, () -> RestClientProbe.baseUrl(client), client::baseUrl, proxies) && !mocked) {
                client.requestFactory(
                        new OkHttpClientHttpRequestFactory(mesh.getObject().callFactory(new OkHttpClient())));
            }
        });
    }

    private boolean isMocked() {
        ClassLoader loader = getClass().getClassLoader();
        return ClassUtils.isPresent(MOCKS, loader)
                && beans.getBeanNamesForType(ClassUtils.resolveClassName(MOCKS, loader), true, false).length > 0;
    }
}
