package dev.meshclient.petclinic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.meshclient.spring.MeshClient;
import dev.meshclient.spring.MeshConfigurationException;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;

/** Spring Cloud LoadBalancer, which has an instance of its own, beside clients in the mesh. */
class LoadBalancedTest {
    private static final Instance ofMesh = instance("of the mesh");
    private static final Instance ofLoadBalancer = instance("of the load balancer");

    @AfterAll
    static void stop() {
        ofMesh.close();
        ofLoadBalancer.close();
    }

    private static Instance instance(String answer) {
        try {
            return Instance.answering(answer);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ConfigurableApplicationContext start(Class<?> application, boolean mesh) {
        return new SpringApplicationBuilder(application)
                .web(WebApplicationType.NONE)
                .properties(Map.of(
                        "mesh.enabled",
                        mesh,
                        "mesh.snapshot.enabled",
                        false,
                        "mesh.client.services.vets.url",
                        "http://127.0.0.1:" + ofMesh.port(),
                        "spring.cloud.circuitbreaker.resilience4j.enabled",
                        false, // its time limit of a second would act on groups, too
                        "spring.cloud.discovery.client.simple.instances.vets[0].uri",
                        "http://127.0.0.1:" + ofLoadBalancer.port()))
                .run();
    }

    interface Vets {
        @GetExchange("/vets")
        String all();
    }

    interface ReactiveVets {
        @GetExchange("/vets")
        String all();
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @ImportHttpServices(group = "vets", types = Vets.class)
    static class Blocking {}

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @ImportHttpServices(group = "vets", types = ReactiveVets.class, clientType = ClientType.WEB_CLIENT)
    static class Reactive {}

    private static String blocking(boolean mesh) {
        try (ConfigurableApplicationContext context = start(Blocking.class, mesh)) {
            return context.getBean(Vets.class).all();
        }
    }

    private static String reactive(boolean mesh) {
        try (ConfigurableApplicationContext context = start(Reactive.class, mesh)) {
            return context.getBean(ReactiveVets.class).all();
        }
    }

    @Test
    void a_group_in_the_mesh_does_not_use_the_load_balancer() {
        assertThat(blocking(true)).isEqualTo("of the mesh");
        assertThat(reactive(true)).isEqualTo("of the mesh");
    }

    /** It shows that the load balancer takes part in these applications. */
    @Test
    void a_group_uses_the_load_balancer_while_the_mesh_is_off() {
        assertThat(blocking(false)).isEqualTo("of the load balancer");
        assertThat(reactive(false)).isEqualTo("of the load balancer");
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class FromLoadBalanced {
        @Bean(defaultCandidate = false)
        @LoadBalanced
        RestClient.Builder balancedRest() {
            return RestClient.builder();
        }

        @Bean(defaultCandidate = false)
        @LoadBalanced
        RestTemplateBuilder balancedTemplates() {
            return new RestTemplateBuilder();
        }

        @Bean(defaultCandidate = false)
        @LoadBalanced
        WebClient.Builder balancedWeb() {
            return WebClient.builder();
        }

        @Bean(defaultCandidate = false)
        @MeshClient("vets")
        RestClient.Builder rest(@LoadBalanced RestClient.Builder balanced) {
            return balanced.clone();
        }

        @Bean(defaultCandidate = false)
        @MeshClient("vets")
        RestTemplate template(@LoadBalanced RestTemplateBuilder balanced) {
            return balanced.build();
        }

        @Bean(defaultCandidate = false)
        @MeshClient("vets")
        WebClient.Builder web(@LoadBalanced WebClient.Builder balanced) {
            return balanced.clone();
        }
    }

    @Test
    void a_client_in_the_mesh_does_not_use_the_load_balancer_of_the_builder_that_it_is_made_from() {
        try (ConfigurableApplicationContext context = start(FromLoadBalanced.class, true)) {
            assertThat(context.getBean("rest", RestClient.Builder.class)
                            .build()
                            .get()
                            .uri("/vets")
                            .retrieve()
                            .body(String.class))
                    .isEqualTo("of the mesh");
            assertThat(context.getBean("template", RestTemplate.class).getForObject("/vets", String.class))
                    .isEqualTo("of the mesh");
            assertThat(context.getBean("web", WebClient.Builder.class)
                            .build()
                            .get()
                            .uri("/vets")
                            .retrieve()
                            .bodyToMono(String.class)
                            .block(Duration.ofMinutes(2)))
                    .isEqualTo("of the mesh");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class BothOnRestClient {
        @Bean
        @LoadBalanced
        @MeshClient("vets")
        RestClient.Builder client() {
            return RestClient.builder();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class BothOnRestTemplate {
        @Bean
        @LoadBalanced
        @MeshClient("vets")
        RestTemplate client() {
            return new RestTemplate();
        }
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class BothOnWebClient {
        @Bean
        @LoadBalanced
        @MeshClient("vets")
        WebClient.Builder client() {
            return WebClient.builder();
        }
    }

    @Test
    void both_annotations_on_one_bean_are_refused() {
        for (Class<?> application :
                new Class<?>[] {BothOnRestClient.class, BothOnRestTemplate.class, BothOnWebClient.class}) {
            Throwable failure = catchThrowable(() -> start(application, true).close());
            assertThat(failure).as(application.getSimpleName()).isNotNull();
            assertThat(NestedExceptionUtils.getMostSpecificCause(Objects.requireNonNull(failure)))
                    .isInstanceOf(MeshConfigurationException.class)
                    .hasMessageContaining("The bean 'client' has @MeshClient(\"vets\") and @LoadBalanced.");
        }
    }
}
