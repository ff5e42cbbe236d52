package dev.meshclient.spring.service;

import dev.meshclient.spring.MeshClientAutoConfiguration;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.AutoConfigureOrder;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.web.client.support.RestClientHttpServiceGroupConfigurer;
import org.springframework.web.reactive.function.client.support.WebClientHttpServiceGroupConfigurer;

/** HTTP interfaces in the mesh. With {@code mesh.enabled=false} they keep their base URLs and use plain clients. */
@AutoConfiguration(after = MeshClientAutoConfiguration.class)
@AutoConfigureOrder(Ordered.LOWEST_PRECEDENCE) // its configurers are behind those of others with the same order
@ConditionalOnClass(RestClientHttpServiceGroupConfigurer.class)
final class MeshHttpServiceAutoConfiguration {
    MeshHttpServiceAutoConfiguration() {}

    @Bean
    static MeshGroups meshHttpServiceGroups(ConfigurableListableBeanFactory beans, Environment environment) {
        return new MeshGroups(beans, environment);
    }

    /** Without the jars of Boot's clients the start fails if there is a group in the mesh. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(HttpServiceClientProperties.class)
    static class OfRestClient {
        @Bean
        RestClientHttpServiceGroupConfigurer meshRestClientGroups(BeanFactory beans, MeshGroups groups) {
            return new RestClientGroups(beans, groups);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({HttpServiceClientProperties.class, WebClientHttpServiceGroupConfigurer.class})
    static class OfWebClient {
        @Bean
        WebClientHttpServiceGroupConfigurer meshWebClientGroups(BeanFactory beans, MeshGroups groups) {
            return new WebClientGroups(beans, groups);
        }
    }
}
