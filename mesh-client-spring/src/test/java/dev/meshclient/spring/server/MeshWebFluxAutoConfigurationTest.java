package dev.meshclient.spring.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.InboundContext;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webflux.autoconfigure.WebHttpHandlerBuilderCustomizer;
import org.springframework.context.ApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.SslInfo;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.web.server.WebHandler;
import org.springframework.web.server.adapter.ForwardedHeaderTransformer;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;
import reactor.core.publisher.Mono;

@ExtendWith(OutputCaptureExtension.class)
class MeshWebFluxAutoConfigurationTest {
    private static final String FILTER = "meshWebFilter";
    private static final Duration WAIT = Duration.ofMinutes(2);
    private static final ServerCertificates CERTIFICATES = new ServerCertificates();

    private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MeshAutoConfiguration.class, MeshClientAutoConfiguration.class, MeshWebFluxAutoConfiguration.class))
            .withBean("policy", PolicySource.class, () -> PolicySource.of(new InboundPolicy().document(1)))
            .withBean(WorkloadIdentity.class, CERTIFICATES::identity)
            .withPropertyValues("mesh.snapshot.enabled=false", "spring.application.name=reviews");

    /** The status of the answer, and what the handler saw. */
    private static String answer(
            ApplicationContext context, MockServerHttpRequest.BaseBuilder<?> request, String... uris) {
        List<String> seen = new ArrayList<>();
        WebHandler handler = exchange -> Mono.deferContextual(all -> {
            InboundContext inbound = all.getOrDefault(InboundAttributes.CONTEXT, null);
            seen.add(inbound == null ? "no context" : "attempt " + inbound.attempt());
            if (inbound != null) {
                inbound.noteRetriesUsed();
            }
            return exchange.getResponse().setComplete();
        });
        WebHttpHandlerBuilder server = WebHttpHandlerBuilder.webHandler(handler)
                .filters(filters -> filters.add(context.getBean(MeshWebFilter.class)))
                .forwardedHeaderTransformer(new ForwardedHeaderTransformer());
        context.getBean(WebHttpHandlerBuilderCustomizer.class).customize(server);
        if (uris.length > 0) {
            request.sslInfo(SslInfo.from("", CERTIFICATES.leaf(uris)));
        }
        MockServerHttpResponse response = new MockServerHttpResponse();
        server.build().handle(request.build(), response).block(WAIT);
        return (response.getStatusCode() == null
                        ? 200
                        : response.getStatusCode().value()) + " " + seen + " "
                + response.getHeaders().getFirst("x-mesh-no-retry");
    }

    @Test
    void without_a_property_requests_are_not_authorized_and_have_the_context_of_their_sender() {
        runner.run(context -> {
            assertThat(answer(context, MockServerHttpRequest.get("/api/7"))).isEqualTo("200 [no context] null");
            assertThat(answer(
                            context,
                            MockServerHttpRequest.get("/api/7").header("x-mesh-attempt", "2"),
                            InboundPolicy.STOREFRONT))
                    .isEqualTo("200 [attempt 2] 1");
        });
    }

    @Test
    void enforce_refuses_what_the_policy_denies_and_expired_deadlines() {
        runner.withPropertyValues("mesh.server.authorization=enforce").run(context -> {
            assertThat(answer(context, MockServerHttpRequest.get("/api/7"))).isEqualTo("403 [] null");
            assertThat(answer(context, MockServerHttpRequest.get("/api/7"), InboundPolicy.STOREFRONT))
                    .isEqualTo("200 [attempt 1] 1");
            assertThat(answer(
                            context,
                            MockServerHttpRequest.get("/api/7").header("x-mesh-deadline-ms", "0"),
                            InboundPolicy.STOREFRONT))
                    .isEqualTo("504 [] null");
        });
    }

    /** Spring replaces the address by the first one of a header, which the client chooses, and does not resolve it. */
    @ParameterizedTest
    @ValueSource(strings = {"garbage", "10.0.0.1, 203.0.113.9", "203.0.113.9"})
    void the_network_of_the_proxy_admits_no_client(String forwarded) {
        runner.withAllowBeanDefinitionOverriding(true)
                .withBean("policy", PolicySource.class, () -> PolicySource.of("""
                {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 1},
                 "services": {"reviews": {"hosts": ["reviews"], "authorization": [
                   {"name": "network", "action": "ALLOW", "rules": [
                     {"from": [{"source": {"remoteIpBlocks": ["192.0.2.0/24", "10.0.0.0/8"]}}]}]}]}}}
                """))
                .withPropertyValues("mesh.server.authorization=enforce", "server.forward-headers-strategy=framework")
                .run(context -> assertThat(answer(
                                context,
                                MockServerHttpRequest.get("/api/7")
                                        .remoteAddress(new InetSocketAddress("192.0.2.1", 7))
                                        .header("X-Forwarded-For", forwarded)))
                        .isEqualTo("403 [] null"));
    }

    @Test
    void a_further_server_of_the_application_has_the_filter_too() {
        runner.withPropertyValues("mesh.server.authorization=enforce").run(context -> {
            try (GenericApplicationContext further = new GenericApplicationContext(context)) {
                further.registerBean(
                        WebHttpHandlerBuilder.WEB_HANDLER_BEAN_NAME,
                        WebHandler.class,
                        () -> exchange -> exchange.getResponse().setComplete());
                further.refresh();
                MockServerHttpResponse response = new MockServerHttpResponse();
                WebHttpHandlerBuilder.applicationContext(further)
                        .build()
                        .handle(MockServerHttpRequest.get("/admin").build(), response)
                        .block(WAIT);
                assertThat(response.getStatusCode()).isEqualTo(HttpStatus.FORBIDDEN);
            }
        });
    }

    /** Any client can send it, and the handlers remove it from the path again. */
    @Test
    void a_forwarded_prefix_changes_no_path_for_the_policy() {
        runner.withPropertyValues("mesh.server.authorization=enforce").run(context -> assertThat(answer(
                        context,
                        MockServerHttpRequest.get("/admin").header("X-Forwarded-Prefix", "/api"),
                        InboundPolicy.STOREFRONT))
                .isEqualTo("403 [] null"));
    }

    @Test
    void without_webflux_there_is_no_filter() {
        runner.withClassLoader(new FilteredClassLoader(WebHttpHandlerBuilderCustomizer.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(FILTER));
    }

    @Test
    void switched_off_the_filter_lets_all_requests_pass(CapturedOutput output) {
        runner.withPropertyValues("mesh.server.enabled=false", "mesh.server.authorization=enforce")
                .run(context -> {
                    assertThat(answer(context, MockServerHttpRequest.get("/admin")))
                            .isEqualTo("200 [no context] null");
                    assertThat(output)
                            .containsOnlyOnce("mesh.server.enabled=false: all inbound requests are handled, although"
                                    + " mesh.server.authorization=enforce is stated");
                });
        runner.withPropertyValues("mesh.enabled=false")
                .run(context -> assertThat(answer(context, MockServerHttpRequest.get("/admin")))
                        .isEqualTo("200 [no context] null"));
        runner.withPropertyValues("mesh.enabled=false", "mesh.server.authorization=enforce")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("all inbound requests would be handled"));
    }

    /** As in an AOT jar, whose conditions are those of its build. */
    @ParameterizedTest
    @CsvSource({"true,403 [] null", "false,200 [no context] null"})
    void after_the_conditions_the_filter_is_as_the_run_states(boolean enabled, String answer) {
        runner.withPropertyValues("mesh.server.authorization=enforce", "mesh.server.enabled=" + !enabled)
                .withInitializer(context -> context.addBeanFactoryPostProcessor(beans -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("run", Map.of("mesh.server.enabled", enabled)))))
                .run(context -> assertThat(answer(context, MockServerHttpRequest.get("/admin")))
                        .isEqualTo(answer));
    }
}
