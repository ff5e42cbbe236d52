package dev.meshclient.spring.service.packages;

import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;

/** Replaces the request factory of all groups. */
public final class LateConfigurer implements RestClientHttpServiceGroupConfigurer {
    @Override
    public void configureGroups(Groups<RestClient.Builder> groups) {
        groups.forEachClient((group, client) -> client.requestFactory((uri, method) -> {
            throw new AssertionError("not the mesh");
        }));
    }
}
