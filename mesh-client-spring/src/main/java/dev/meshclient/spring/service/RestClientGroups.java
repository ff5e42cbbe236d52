package dev.meshclient.spring.service;

import dev.meshclient.Mesh;
import dev.meshclient.spring.web.RestClientBuilders;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;

/**
 * Puts groups with a {@code RestClient} into the mesh. It is the last configurer, so that no other one replaces the request factory,
 * and interceptors, headers and message converters of all others stay.
 */
final class RestClientGroups implements RestClientHttpServiceGroupConfigurer {
    private final BeanFactory beans;
    private final MeshGroups groups;
    private final GroupSettings settings;

    RestClientGroups(BeanFactory beans, MeshGroups groups) {
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
            if (groups.join(group, () -> RestClientBuilders.baseUrl(client), client::baseUrl, proxies)) {
                RestClientBuilders.connect(
                        client,
                        beans,
                        () -> RestClientBuilders.factory(beans.getBean(Mesh.class), beans, settings.of(group.name())));
            }
        });
    }
}
