package dev.meshclient.spring.service;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.http.client.autoconfigure.HttpClientSettingsPropertyMapper;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientProperties;
import org.springframework.boot.ssl.SslBundles;

/** The settings of the clients of groups in the mesh. */
final class GroupSettings {
    private final BeanFactory beans;

    GroupSettings(BeanFactory beans) {
        this.beans = beans;
    }

    /** {@code spring.http.serviceclient.<group>} over {@code spring.http.clients}, as for a group outside the mesh. */
    HttpClientSettings of(String group) {
        HttpServiceClientProperties properties =
                beans.getBeanProvider(HttpServiceClientProperties.class).getIfAvailable();
        return new HttpClientSettingsPropertyMapper(
                        beans.getBeanProvider(SslBundles.class).getIfAvailable(),
                        beans.getBeanProvider(HttpClientSettings.class).getIfAvailable())
                .map(properties == null ? null : properties.get(group));
    }
}
