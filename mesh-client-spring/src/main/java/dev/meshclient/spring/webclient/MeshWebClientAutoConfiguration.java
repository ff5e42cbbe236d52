package dev.meshclient.spring.webclient;

import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.MeshClientType;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * {@link dev.meshclient.spring.MeshClient} on beans of type {@link WebClient.Builder}. They get a connector over the bean
 * {@code meshHttpClient} with the settings of {@code spring.http.clients}, and the base URL of their service if they have none.
 */
@AutoConfiguration(after = MeshClientAutoConfiguration.class)
@ConditionalOnClass({WebClient.class, HttpClientSettings.class})
final class MeshWebClientAutoConfiguration {
    MeshWebClientAutoConfiguration() {}

    @Bean
    static SharedConnector meshSharedConnector(ConfigurableListableBeanFactory beans) {
        return new SharedConnector(beans);
    }

    @Bean
    static MeshClientType<WebClient.Builder> meshWebClients(
            ConfigurableListableBeanFactory beans, SharedConnector connectors) {
        return new WebClients(beans, connectors);
    }
}
