package dev.meshclient.spring.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.webflux.autoconfigure.WebHttpHandlerBuilderCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.userdetails.ReactiveUserDetailsService;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.server.WebHandler;
import org.springframework.web.server.adapter.ForwardedHeaderTransformer;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.core.publisher.Mono;

/** A filter chain of a WebFlux application that uses the policy of the mesh. */
class MeshReactiveSecurityTest {
    private static final Duration WAIT = Duration.ofMinutes(2);
    private static final ServerCertificates CERTIFICATES = new ServerCertificates();
    private static final InboundPolicy POLICY = new InboundPolicy();

    private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MeshAutoConfiguration.class,
                    MeshClientAutoConfiguration.class,
                    MeshWebFluxAutoConfiguration.class,
                    MeshSecurityAutoConfiguration.class))
            .withBean(WorkloadIdentity.class, CERTIFICATES::identity)
            .withPropertyValues("mesh.snapshot.enabled=false", "spring.application.name=reviews");

    @Configuration(proxyBeanMethods = false)
    @EnableWebFluxSecurity
    static class Secured {
        @Bean
        PolicySource policy() {
            return PolicySource.of(POLICY.document(1));
        }

        @Bean
        SecurityWebFilterChain chain(
                ServerHttpSecurity http, SpiffeIdPrincipalExtractor spiffe, MeshReactiveAuthorizationManager mesh) {
            return http.x509(x509 -> x509.principalExtractor(spiffe))
                    .authorizeExchange(requests -> requests.anyExchange().access(mesh))
                    .build();
        }

        @Bean
        ReactiveUserDetailsService workloads() {
            return spiffeId -> spiffeId.isEmpty() ? Mono.empty() : Mono.just(new User(spiffeId, "", List.of()));
        }

        @Bean(WebHttpHandlerBuilder.WEB_HANDLER_BEAN_NAME)
        WebHandler handler() {
            return exchange -> exchange.getPrincipal()
                    .map(Principal::getName)
                    .defaultIfEmpty("anonymous")
                    .flatMap(name -> exchange.getResponse()
                            .writeWith(Mono.just(exchange.getResponse()
                                    .bufferFactory()
                                    .wrap(name.getBytes(StandardCharsets.UTF_8)))));
        }

        @Bean
        ForwardedHeaderTransformer forwardedHeaderTransformer() {
            return new ForwardedHeaderTransformer();
        }
    }

    private static String answer(
            ApplicationContext context, MockServerHttpRequest.BaseBuilder<?> request, String... uris) {
        WebHttpHandlerBuilder server = WebHttpHandlerBuilder.applicationContext(context);
        context.getBean(WebHttpHandlerBuilderCustomizer.class).customize(server);
        if (uris.length > 0) {
            request.sslInfo(SslInfo.from("", CERTIFICATES.leaf(uris)));
        }
        MockServerHttpResponse response = new MockServerHttpResponse();
        server.build().handle(request.build(), response).block(WAIT);
        int status = response.getStatusCode() == null
                ? 200
                : response.getStatusCode().value();
        return status + " " + (status == 200 ? response.getBodyAsString().block(WAIT) : "");
    }

    private static MockServerHttpRequest.BaseBuilder<?> get() {
        return MockServerHttpRequest.get("/api/name");
    }

    @Test
    void the_spiffe_id_is_the_principal_and_the_policy_decides() {
        runner.withUserConfiguration(Secured.class).run(context -> {
            assertThat(answer(context, get(), InboundPolicy.STOREFRONT)).isEqualTo("200 " + InboundPolicy.STOREFRONT);
            assertThat(answer(context, get(), InboundPolicy.OTHER)).isEqualTo("403 ");
            assertThat(answer(context, get(), InboundPolicy.STOREFRONT, InboundPolicy.OTHER))
                    .as("two URIs are no principal")
                    .isEqualTo("401 ");
            assertThat(answer(context, get())).isEqualTo("401 ");
            assertThat(answer(context, get().header("Authorization", "Bearer " + POLICY.token("ann"))))
                    .isEqualTo("200 anonymous");
            assertThat(answer(context, get().header("Authorization", "Bearer a.b.c")))
                    .isEqualTo("401 ");
        });
    }

    @Test
    void a_certificate_that_the_mesh_does_not_trust_is_no_principal() {
        runner.withUserConfiguration(Secured.class).run(context -> assertThat(answer(
                        context,
                        get().sslInfo(SslInfo.from("", new ServerCertificates().leaf(InboundPolicy.STOREFRONT)))))
                .isEqualTo("401 "));
    }

    @Test
    void the_path_is_that_which_was_sent() {
        runner.withUserConfiguration(Secured.class).run(context -> assertThat(answer(
                        context,
                        MockServerHttpRequest.get("/admin").header("X-Forwarded-Prefix", "/api"),
                        InboundPolicy.STOREFRONT))
                .isEqualTo("403 "));
    }

    @Test
    void what_the_filter_of_the_mesh_has_decided_counts_even_if_it_hides_the_token() {
        runner.withUserConfiguration(Secured.class)
                .withPropertyValues("mesh.server.authorization=enforce")
                .run(context -> assertThat(
                                answer(context, get().header("Authorization", "Bearer " + POLICY.token("ann"))))
                        .isEqualTo("200 anonymous"));
    }

    @Test
    void switched_off_the_chain_still_starts_and_demands_an_authenticated_sender() {
        runner.withUserConfiguration(Secured.class)
                .withPropertyValues("mesh.enabled=false")
                .run(context -> {
                    assertThat(answer(context, get(), InboundPolicy.OTHER)).isEqualTo("200 " + InboundPolicy.OTHER);
                    assertThat(answer(context, get())).isEqualTo("401 ");
                });
    }

    @Test
    void without_spring_security_there_is_nothing() {
        runner.withBean(PolicySource.class, () -> PolicySource.of(POLICY.document(1)))
                .withClassLoader(new FilteredClassLoader("org.springframework.security"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("meshAuthorizationManager"));
    }

    @Test
    void beans_of_the_application_replace_those_of_the_mesh() {
        runner.withUserConfiguration(Secured.class)
                .withBean(
                        "own",
                        SpiffeIdPrincipalExtractor.class,
                        () -> new SpiffeIdPrincipalExtractor(new InboundPeers(() -> null, new MockEnvironment())))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .getBeanNames(SpiffeIdPrincipalExtractor.class)
                        .containsExactly("own"));
    }
}
