package dev.meshclient.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.Mesh;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClient;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.MeshClientSource;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.Sanitizer;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class MeshEndpointAutoConfigurationTest {
    private static final String POLICY = """
            {"apiVersion": "meshclient.dev/v1", "kind": "MeshPolicy", "metadata": {"mesh": "shop", "version": 7},
             "services": {"orders": {"hosts": ["orders"], "endpoints": [{"address": "10.1.2.3", "port": 80, "health": "UNHEALTHY"}]}}}
            """;

    private final ApplicationContextRunner unexposed = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MeshAutoConfiguration.class,
                    MeshClientAutoConfiguration.class,
                    MeshEndpointAutoConfiguration.class))
            .withUserConfiguration(Checkout.class)
            .withPropertyValues("mesh.snapshot.enabled=false", "spring.jmx.enabled=false");

    private final ApplicationContextRunner runner =
            unexposed.withPropertyValues("management.endpoints.web.exposure.include=mesh");

    @Configuration(proxyBeanMethods = false)
    static class Checkout {
        @Bean
        @MeshClient("orders")
        OkHttpClient ordersHttp() {
            return new OkHttpClient();
        }

        @Bean
        PolicySource source() {
            return PolicySource.of(POLICY);
        }
    }

    private static String endpoint(ApplicationContext context) throws Exception {
        assertThat(context.getBean(Mesh.class).awaitReady(Duration.ofMinutes(2)))
                .isTrue();
        MeshEndpointWebExtension web = context.getBean(MeshEndpointWebExtension.class);
        return web.mesh(SecurityContext.NONE) + "\n"
                + web.service(SecurityContext.NONE, "orders", null, null, null, null)
                        .getBody() + "\n"
                + web.service(SecurityContext.NONE, "orders", null, "/v1", null, null)
                        .getBody();
    }

    @Configuration(proxyBeanMethods = false)
    static class WithInterfaces {
        @Bean
        static MeshClientSource interfaces() {
            return new MeshClientSource() {
                @Override
                public Map<String, String> services() {
                    return Map.of("group billing", "billing");
                }

                @Override
                public void check() {}
            };
        }
    }

    @Test
    void a_client_that_is_no_bean_has_no_type() {
        runner.withUserConfiguration(WithInterfaces.class).run(context -> assertThat(
                        context.getBean(MeshEndpoint.class).mesh(true).clients())
                .contains(new MeshDescriptor.Client("group billing", null, "billing")));
    }

    @Test
    void a_revision_that_is_not_there_yet_is_left_out() {
        PolicySource never = sink -> () -> {};
        runner.withBean("never", PolicySource.class, () -> never, bean -> bean.setPrimary(true))
                .run(context -> assertThat(context.getBean(MeshEndpoint.class).mesh(true))
                        .extracting(MeshDescriptor::ready, MeshDescriptor::revision)
                        .containsExactly(false, null));
    }

    @Test
    void a_service_that_is_not_there_yet_is_no_service_that_is_not_listed() {
        PolicySource never = sink -> () -> {};
        runner.withBean("never", PolicySource.class, () -> never, bean -> bean.setPrimary(true))
                .run(context -> assertThat(context.getBean(MeshEndpoint.class).whyMissing("orders"))
                        .isEqualTo("there is no policy yet"));
    }

    @Test
    void it_is_not_exposed_by_default() {
        unexposed.run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(MeshEndpoint.class)
                .doesNotHaveBean(MeshEndpointWebExtension.class));
    }

    @Test
    void addresses_and_texts_that_may_hold_one_are_hidden_from_a_user_who_is_not_authorized() {
        runner.run(context -> assertThat(endpoint(context))
                .doesNotContain("10.1.2.3", "PolicySource.of")
                .contains("source=******", "address=******", "exception=NoHealthyEndpoint", "message=")
                .doesNotContain("message=******"));
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3:8080 refused the connection, ****** refused the connection",
        "[2001:db8::1]:443 is ejected, ****** is ejected",
        "sent to http://10.1.2.3/v1, sent to ******",
        "the endpoint db.internal:5432 is down, the endpoint ****** is down",
        "1 of 2 usable (1.4 x 1 / 2), 1 of 2 usable (1.4 x 1 / 2)",
        "POST is not idempotent: it is sent once, POST is not idempotent: it is sent once",
    })
    void of_a_text_only_addresses_are_hidden(String text, String seen) {
        SanitizedValues hidden = new SanitizedValues(new Sanitizer(List.of()), false);
        assertThat(hidden.text("remark", text)).isEqualTo(seen);
        assertThat(new SanitizedValues(new Sanitizer(List.of()), true).text("remark", text))
                .isEqualTo(text);
    }

    @Test
    void a_function_of_the_application_hides_a_text_for_all() {
        Sanitizer all =
                new Sanitizer(List.of(data -> data.getKey().equals("mesh.remark") ? data.withSanitizedValue() : data));
        assertThat(new SanitizedValues(all, true).text("remark", "a word")).isEqualTo("******");
    }

    @Test
    void over_jmx_they_are_shown_as_those_of_other_endpoints_are() {
        runner.withPropertyValues("management.endpoints.jmx.exposure.include=mesh")
                .run(context -> {
                    assertThat(context.getBean(Mesh.class).awaitReady(Duration.ofMinutes(2)))
                            .isTrue();
                    MeshEndpoint jmx = context.getBean(MeshEndpoint.class);
                    assertThat(jmx.mesh().toString()).contains("source=PolicySource.of");
                    assertThat(String.valueOf(jmx.service("orders", null, null, null, null)))
                            .contains("address=10.1.2.3:80");
                });
    }

    @Test
    void a_property_shows_them_to_all() {
        runner.withPropertyValues("management.endpoint.mesh.show-values=always")
                .run(context ->
                        assertThat(endpoint(context)).contains("address=10.1.2.3:80", "source=PolicySource.of"));
    }

    @Test
    void a_function_of_the_application_hides_what_it_wants() {
        runner.withPropertyValues("management.endpoint.mesh.show-values=always")
                .withBean(SanitizingFunction.class, () -> SanitizingFunction.sanitizeValue()
                        .ifKeyEndsWith("endpoint.address"))
                .run(context -> assertThat(endpoint(context))
                        .doesNotContain("10.1.2.3")
                        .contains("address=******", "source=PolicySource.of"));
    }

    @Test
    void users_and_passwords_of_urls_are_never_shown() {
        PolicySource source = new PolicySource() {
            @Override
            public Closeable watch(Sink sink) {
                return PolicySource.of(POLICY).watch(sink);
            }

            @Override
            public String toString() {
                return "git(https://user:s3cret@git/policy)";
            }
        };
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        MeshAutoConfiguration.class,
                        MeshClientAutoConfiguration.class,
                        MeshEndpointAutoConfiguration.class))
                .withBean(PolicySource.class, () -> source)
                .withPropertyValues(
                        "mesh.snapshot.enabled=false",
                        "management.endpoints.web.exposure.include=mesh",
                        "management.endpoint.mesh.show-values=always")
                .run(context -> assertThat(endpoint(context))
                        .contains("source=git(https://******@git/policy)")
                        .doesNotContain("s3cret"));
    }

    @Test
    void it_states_that_the_mesh_is_off() {
        runner.withPropertyValues("mesh.enabled=false").run(context -> {
            MeshEndpointWebExtension web = context.getBean(MeshEndpointWebExtension.class);
            assertThat(web.mesh(SecurityContext.NONE))
                    .isEqualTo(MeshDescriptor.off(
                            List.of(new MeshDescriptor.Client("ordersHttp", OkHttpClient.class.getName(), "orders"))));
            assertThat(web.service(SecurityContext.NONE, "orders", null, null, null, null)
                            .getBody())
                    .isEqualTo(OperationResponseBody.of(Map.of("message", "the mesh is off (mesh.enabled=false)")));
        });
    }

    /** As in an AOT jar: the conditions saw a mesh, and the property came later. */
    @Test
    void it_states_that_a_mesh_was_switched_off_after_the_conditions() {
        runner.run(context -> {
            TestPropertyValues.of("mesh.enabled=false").applyTo(context);
            assertThat(context.getBean(MeshEndpoint.class).mesh(true).enabled()).isFalse();
        });
    }

    @Endpoint(id = "mesh")
    static class OwnEndpoint {
        @ReadOperation
        String mesh() {
            return "own";
        }
    }

    @Test
    void an_endpoint_of_the_application_replaces_it() {
        runner.withBean("meshEndpoint", OwnEndpoint.class).run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(MeshEndpoint.class)
                .doesNotHaveBean(MeshEndpointWebExtension.class));
    }

    @Test
    void there_is_none_without_the_actuator() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(Mesh.class)
                        .doesNotHaveBean("meshEndpoint"));
    }

    @Test
    void a_property_with_a_bad_value_ends_the_start() {
        runner.withPropertyValues("management.endpoint.mesh.show-values=sometimes")
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("sometimes"));
    }
}
