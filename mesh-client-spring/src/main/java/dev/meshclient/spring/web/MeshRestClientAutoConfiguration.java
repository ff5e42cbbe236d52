package dev.meshclient.spring.web;

import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.MeshClientType;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.context.annotation.Bean;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * {@link dev.meshclient.spring.MeshClient} on beans of type {@link RestClient.Builder} and {@link RestTemplate}. They get a request
 * factory over the bean {@code meshHttpClient} with the settings of {@code spring.http.clients}, and the base URL of their service
 * if they have none.
 */
@AutoConfiguration(after = MeshClientAutoConfiguration.class)
@ConditionalOnClass({RestClient.class, HttpClientSettings.class})
final class MeshRestClientAutoConfiguration {
    MeshRestClientAutoConfiguration() {}

    @Bean
    static SharedRequestFactory meshSharedRequestFactory(ConfigurableListableBeanFactory beans) {
        return new SharedRequestFactory(beans);
    }

    @Bean
    static MeshClientType<RestClient.Builder> meshRestClients(
            ConfigurableListableBeanFactory beans, SharedRequestFactory factories) {
        return new RestClients(beans, factories);
    }

    @Bean
    static MeshClientType<RestTemplate> meshRestTemplates(
            ConfigurableListableBeanFactory beans, SharedRequestFactory factories) {
        return new RestTemplates(beans, factories);
    }
}
