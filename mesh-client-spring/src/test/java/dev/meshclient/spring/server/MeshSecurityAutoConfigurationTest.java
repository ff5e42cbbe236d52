package dev.meshclient.spring.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.x509;
import static org.springframework.security.test.web.servlet.setup.SecurityMockMvcConfigurers.springSecurity;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;

import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.test.MeshMockMvc;
import jakarta.servlet.DispatcherType;
import java.security.Principal;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.access.intercept.RequestAuthorizationContext;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.WebApplicationContext;
import org.springframework.web.servlet.config.annotation.EnableWebMvc;

/** A filter chain of the application that uses the policy of the mesh. */
class MeshSecurityAutoConfigurationTest {
    private static final ServerCertificates CERTIFICATES = new ServerCertificates();
    private static final InboundPolicy POLICY = new InboundPolicy();

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MeshAutoConfiguration.class,
                    MeshClientAutoConfiguration.class,
                    MeshSecurityAutoConfiguration.class))
            .withBean(WorkloadIdentity.class, CERTIFICATES::identity)
            .withPropertyValues("mesh.snapshot.enabled=false", "spring.application.name=reviews");

    @Configuration(proxyBeanMethods = false)
    @EnableWebMvc
    @EnableWebSecurity
    static class Secured {
        @Bean
        PolicySource policy() {
            return PolicySource.of(POLICY.document(1));
        }

        @Bean
        SecurityFilterChain chain(HttpSecurity http, SpiffeIdPrincipalExtractor spiffe, MeshAuthorizationManager mesh) {
            return http.x509(x509 -> x509.x509PrincipalExtractor(spiffe))
                    .authorizeHttpRequests(requests -> requests.anyRequest().access(mesh))
                    .build();
        }

        @Bean
        UserDetailsService workloads() {
            return spiffeId -> new User(spiffeId, "", List.of());
        }

        @Bean
        Api api() {
            return new Api();
        }
    }

    @RestController
    static class Api {
        @GetMapping("/api/name")
        String name(@Nullable Principal sender) {
            return sender == null ? "anonymous" : sender.getName();
        }
    }

    private static String answer(WebApplicationContext context, MockHttpServletRequestBuilder request)
            throws Exception {
        MockMvc mvc = MockMvcBuilders.webAppContextSetup(context)
                .apply(springSecurity())
                .build();
        var response = mvc.perform(request).andReturn().getResponse();
        return response.getStatus() + " " + response.getContentAsString();
    }

    private static MockHttpServletRequestBuilder from(String... uris) {
        return get("/api/name").with(x509(CERTIFICATES.leaf(uris)));
    }

    @Test
    void the_spiffe_id_is_the_principal_and_the_policy_decides() {
        runner.withUserConfiguration(Secured.class).run(context -> {
            assertThat(answer(context, from(InboundPolicy.STOREFRONT))).isEqualTo("200 " + InboundPolicy.STOREFRONT);
            assertThat(answer(context, from(InboundPolicy.OTHER))).isEqualTo("403 ");
            assertThat(answer(context, from(InboundPolicy.STOREFRONT, InboundPolicy.OTHER)))
                    .as("two URIs are no principal")
                    .isEqualTo("403 ");
            assertThat(answer(context, get("/api/name"))).isEqualTo("403 ");
            assertThat(answer(context, get("/api/name").header("Authorization", "Bearer " + POLICY.token("ann"))))
                    .isEqualTo("200 anonymous");
            assertThat(answer(context, get("/api/name").header("Authorization", "Bearer a.b.c")))
                    .isEqualTo("403 ");
        });
    }

    @Test
    void a_certificate_that_the_mesh_does_not_trust_is_no_principal() {
        X509Certificate foreign = new ServerCertificates().leaf(InboundPolicy.STOREFRONT);
        runner.withUserConfiguration(Secured.class).run(context -> {
            assertThat(answer(context, get("/api/name").with(x509(foreign)))).isEqualTo("403 ");
            assertThat(answer(
                            context,
                            get("/api/name")
                                    .with(x509(foreign))
                                    .header("Authorization", "Bearer " + POLICY.token("ann"))))
                    .isEqualTo("200 anonymous");
            assertThat(answer(context, get("/api/name").with(MeshMockMvc.peer(InboundPolicy.STOREFRONT))))
                    .as("of a test")
                    .isEqualTo("200 " + InboundPolicy.STOREFRONT);
        });
    }

    private static MockHttpServletRequest fromStorefront() {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/api/name");
        request.setAttribute(
                "jakarta.servlet.request.X509Certificate",
                new X509Certificate[] {CERTIFICATES.leaf(InboundPolicy.STOREFRONT)});
        return request;
    }

    @Test
    void the_error_page_of_an_allowed_request_is_allowed_and_no_other() {
        runner.withUserConfiguration(Secured.class).run(context -> {
            var manager = context.getBean(MeshAuthorizationManager.class);
            MockHttpServletRequest request = fromStorefront();
            assertThat(manager.authorize(() -> null, new RequestAuthorizationContext(request))
                            .isGranted())
                    .isTrue();
            MockHttpServletRequest unknown = fromStorefront();
            for (MockHttpServletRequest error : List.of(request, unknown)) {
                error.setDispatcherType(DispatcherType.ERROR);
                error.setRequestURI("/error");
                assertThat(manager.authorize(() -> null, new RequestAuthorizationContext(error))
                                .isGranted())
                        .isEqualTo(error == request);
            }
        });
    }

    @Test
    void switched_off_the_chain_still_starts_and_demands_an_authenticated_sender() {
        runner.withUserConfiguration(Secured.class)
                .withPropertyValues("mesh.enabled=false")
                .run(context -> {
                    assertThat(answer(context, from(InboundPolicy.OTHER))).isEqualTo("200 " + InboundPolicy.OTHER);
                    assertThat(answer(context, get("/api/name"))).isEqualTo("403 ");
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
