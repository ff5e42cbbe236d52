package dev.meshclient.spring.service;

import dev.meshclient.Mesh;
import dev.meshclient.spring.webclient.WebClientBuilders;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;

/** Puts groups with a {@code WebClient} into the mesh, as {@link RestClientGroups} does with the others. */
final class WebClientGroups implements WebClientHttpServiceGroupConfigurer {
    private final BeanFactory beans;
    private final MeshGroups groups;
    private final GroupSettings settings;

    WebClientGroups(BeanFactory beans, MeshGroups groups) {
        this.beans = beans;
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
            if (groups.join(group, () -> WebClientBuilders.baseUrl(client), client::baseUrl, proxies)) {
                WebClientBuilders.connect(
                        client,
                        WebClientBuilders.connector(beans.getBean(Mesh.class), beans, settings.of(group.name())));
            }
        });
    }
}
