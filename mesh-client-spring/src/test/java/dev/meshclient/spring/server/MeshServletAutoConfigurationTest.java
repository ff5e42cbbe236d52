package dev.meshclient.spring.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.meshclient.InboundContext;
import dev.meshclient.Mesh;
import dev.meshclient.authz.InboundRequest.Attribute;
import dev.meshclient.identity.WorkloadIdentity;
import dev.meshclient.registry.PolicySource;
import dev.meshclient.spring.MeshAutoConfiguration;
import dev.meshclient.spring.MeshClientAutoConfiguration;
import dev.meshclient.spring.MeshConfigurationException;
import dev.meshclient.spring.test.MeshMockMvc;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableWebApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.core.env.MapPropertySource;
import org.springframework.mock.env.MockEnvironment;
import org.springframework.mock.web.MockFilterChain;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockServletContext;
import org.springframework.web.filter.ForwardedHeaderFilter;

@ExtendWith(OutputCaptureExtension.class)
class MeshServletAutoConfigurationTest {
    private static final String FILTER = "meshServletFilter";
    private static final InboundPolicy POLICY = new InboundPolicy();
    private static final ServerCertificates CERTIFICATES = new ServerCertificates();
    private static final X509Certificate STOREFRONT = CERTIFICATES.leaf(InboundPolicy.STOREFRONT);
    private static final InboundPeers NO_PEERS = new InboundPeers(
            () -> {
                throw new AssertionError("there is no certificate");
            },
            new MockEnvironment());

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    MeshAutoConfiguration.class, MeshClientAutoConfiguration.class, MeshServletAutoConfiguration.class))
            .withBean(PolicySource.class, () -> PolicySource.of(POLICY.document(1)))
            .withBean(WorkloadIdentity.class, CERTIFICATES::identity)
            .withPropertyValues("mesh.snapshot.enabled=false", "spring.application.name=reviews");

    private static MeshServletFilter filter(AssertableWebApplicationContext context) {
        return (MeshServletFilter) Objects.requireNonNull(
                context.getBean(FilterRegistrationBean.class).getFilter());
    }

    private static MockHttpServletRequest request(@Nullable X509Certificate sender) {
        MockHttpServletRequest request = new MockHttpServletRequest("GET", "/api/7");
        if (sender != null) {
            request.setAttribute("jakarta.servlet.request.X509Certificate", new X509Certificate[] {sender});
        }
        return request;
    }

    /** The status of the answer, and the time that calls have left. */
    private static String answer(AssertableWebApplicationContext context, MockHttpServletRequest request)
            throws Exception {
        MockHttpServletResponse response = new MockHttpServletResponse();
        List<String> contexts = new ArrayList<>();
        filter(context).doFilter(request, response, (seen, answer) -> {
            InboundContext inbound = InboundContext.current();
            contexts.add(inbound == null ? "no context" : "attempt " + inbound.attempt());
            if (inbound != null) {
                inbound.noteRetriesUsed();
            }
            answer.getOutputStream().flush();
        });
        assertThat(InboundContext.current()).isNull();
        return response.getStatus() + " " + contexts + " " + response.getHeader("x-mesh-no-retry");
    }

    @Test
    void without_a_property_requests_are_not_authorized_and_have_the_context_of_their_sender() {
        runner.run(context -> {
            assertThat(answer(context, request(null))).isEqualTo("200 [no context] null");
            MockHttpServletRequest retry = request(STOREFRONT);
            retry.addHeader("x-mesh-attempt", "2");
            assertThat(answer(context, retry)).isEqualTo("200 [attempt 2] 1");
            assertThat(retry.getAttribute(InboundAttributes.PEER)).isEqualTo(InboundPolicy.STOREFRONT);
        });
    }

    @Test
    void the_context_of_all_senders_or_of_none_is_used_if_a_property_states_it() {
        runner.withPropertyValues("mesh.server.inbound-context=all")
                .run(context -> assertThat(answer(context, request(null))).isEqualTo("200 [attempt 1] 1"));
        runner.withPropertyValues("mesh.server.inbound-context=none")
                .run(context -> assertThat(answer(context, request(STOREFRONT))).isEqualTo("200 [no context] null"));
    }

    @Test
    void enforce_refuses_what_the_policy_denies() {
        runner.withPropertyValues("mesh.server.authorization=enforce").run(context -> {
            assertThat(answer(context, request(null))).isEqualTo("403 [] null");
            assertThat(answer(context, request(STOREFRONT))).isEqualTo("200 [attempt 1] 1");
        });
    }

    @Test
    void the_peer_of_a_test_is_known_and_a_certificate_like_it_is_not() {
        runner.withPropertyValues("mesh.server.authorization=enforce").run(context -> {
            MockHttpServletRequest ofTest =
                    MeshMockMvc.peer(InboundPolicy.STOREFRONT).postProcessRequest(request(null));
            assertThat(answer(context, ofTest)).isEqualTo("200 [attempt 1] 1");
            MockHttpServletRequest foreign = request(new ServerCertificates().leaf(InboundPolicy.STOREFRONT));
            assertThat(answer(context, foreign)).isEqualTo("403 [] null");
        });
    }

    @Test
    void permissive_handles_all_requests_and_warns_once(CapturedOutput output) {
        runner.withPropertyValues("mesh.server.authorization=permissive").run(context -> {
            assertThat(answer(context, request(null))).isEqualTo("200 [no context] null");
            assertThat(answer(context, request(null))).isEqualTo("200 [no context] null");
            assertThat(output)
                    .containsOnlyOnce("mesh.server.authorization=permissive: a request is handled that enforce refuses"
                            + " with 403: GET /api/7 of an unknown peer");
        });
    }

    @Test
    void permissive_leaves_the_token_of_each_request_and_enforce_hides_it() {
        for (String mode : List.of("permissive", "enforce")) {
            runner.withPropertyValues("mesh.server.authorization=" + mode).run(context -> {
                for (String path : List.of("/api/7", "/admin")) {
                    MockHttpServletRequest request = request(STOREFRONT);
                    request.setRequestURI(path);
                    request.addHeader("Authorization", "Bearer " + POLICY.token("ann"));
                    MockFilterChain chain = new MockFilterChain();
                    filter(context).doFilter(request, new MockHttpServletResponse(), chain);
                    if (mode.equals("permissive") || path.equals("/api/7")) {
                        var seen = (jakarta.servlet.http.HttpServletRequest) Objects.requireNonNull(chain.getRequest());
                        assertThat(seen.getHeader("Authorization") == null)
                                .as(mode + " " + path)
                                .isEqualTo(mode.equals("enforce"));
                    }
                }
            });
        }
    }

    @Test
    void without_a_policy_for_this_service_enforce_answers_503() {
        runner.withPropertyValues("mesh.server.authorization=enforce", "spring.application.name=unlisted")
                .run(context -> assertThat(answer(context, request(STOREFRONT))).isEqualTo("503 [] null"));
    }

    @Test
    void the_filter_is_after_the_observations_and_before_spring_security() {
        runner.run(context -> assertThat(
                        context.getBean(FilterRegistrationBean.class).getOrder())
                .isBetween(Integer.MIN_VALUE + 2, -101));
    }

    @ParameterizedTest
    @CsvSource({
        "mesh.enabled=false, off",
        "mesh.enabled=false, permissive",
        "mesh.server.enabled=false, off",
        "mesh.server.enabled=false, permissive",
        "mesh.server.enabled=false, enforce",
    })
    void switched_off_the_filter_is_not_registered_and_each_start_warns_if_a_mode_is_stated(
            String off, String mode, CapturedOutput output) {
        runner.withPropertyValues(off, "mesh.server.authorization=" + mode).run(context -> {
            assertThat(context.getBean(FilterRegistrationBean.class).isEnabled())
                    .isFalse();
            String warning = off + ": all inbound requests are handled, although mesh.server.authorization=" + mode;
            if (mode.equals("off")) {
                assertThat(output).doesNotContain(warning);
            } else {
                assertThat(output).containsOnlyOnce(warning);
            }
        });
    }

    /** The switch for the clients must not open the boundary in silence. */
    @Test
    void enforce_without_the_mesh_does_not_start_unless_the_server_is_switched_off_too(CapturedOutput output) {
        runner.withPropertyValues("mesh.enabled=false", "mesh.server.authorization=enforce")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(MeshConfigurationException.class)
                        .hasMessageContaining("all inbound requests would be handled"));
        runner.withPropertyValues(
                        "mesh.enabled=false", "mesh.server.enabled=false", "mesh.server.authorization=enforce")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output)
                            .contains("mesh.enabled=false: all inbound requests are handled, although"
                                    + " mesh.server.authorization=enforce is stated");
                });
    }

    /** As in an AOT jar, whose conditions are those of its build. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void after_the_conditions_the_filter_is_as_the_run_states(boolean enabled) {
        runner.withPropertyValues("mesh.server.authorization=enforce", "mesh.server.enabled=" + !enabled)
                .withInitializer(context -> context.addBeanFactoryPostProcessor(beans -> context.getEnvironment()
                        .getPropertySources()
                        .addFirst(new MapPropertySource("run", Map.of("mesh.server.enabled", enabled)))))
                .run(context -> assertThat(
                                context.getBean(FilterRegistrationBean.class).isEnabled())
                        .isEqualTo(enabled));
    }

    @Test
    void without_servlets_there_is_no_filter() {
        runner.withClassLoader(new FilteredClassLoader(FilterRegistrationBean.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(FILTER));
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(MeshServletAutoConfiguration.class))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(FILTER));
    }

    @Test
    void a_permitted_path_that_servers_could_decode_is_refused_at_the_start() {
        runner.withPropertyValues("mesh.server.permit-paths=/status/*,/%61dmin").run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .hasMessage("permit-paths has '/%61dmin': a path begins with / and has no encoded characters,"
                        + " such as /livez or /status/*"));
    }

    @Test
    void stated_paths_replace_those_of_the_probes() {
        PermittedPaths paths = new PermittedPaths(List.of("/status/*", "/ping", "/.well-known/*"));
        assertThat(List.of("/status/", "/status/db", "/ping", "/.well-known/jwks.json", "/status/a..b"))
                .allMatch(paths::contains);
        assertThat(List.of(
                        "/status",
                        "/statusx",
                        "/status/../admin",
                        "/status/..",
                        "/status/./x",
                        "/status//admin",
                        "/status/.",
                        "/ping/",
                        "/livez"))
                .noneMatch(paths::contains);
        assertThat(List.of("/status/a;b", "/status/%2e%2e", "/status/a\\b", "/status/#"))
                .noneMatch(paths::contains);
    }

    @Test
    void probes_are_permitted_only_if_the_application_has_them() {
        WebApplicationContextRunner enforcing = runner.withPropertyValues("mesh.server.authorization=enforce");
        MockHttpServletRequest health = request(null);
        health.setRequestURI("/actuator/health");
        MockHttpServletRequest live = request(null);
        live.setRequestURI("/livez");
        enforcing.run(context -> assertThat(answer(context, health)).isEqualTo("403 [] null"));
        enforcing.withBean("healthEndpoint", Object.class).run(context -> {
            assertThat(answer(context, health)).isEqualTo("200 [no context] null");
            assertThat(answer(context, live)).isEqualTo("403 [] null");
            MockHttpServletRequest changing = request(null);
            changing.setRequestURI("/actuator/health");
            changing.setMethod("POST");
            assertThat(answer(context, changing)).isEqualTo("403 [] null");
        });
    }

    @Test
    void the_paths_of_probes_are_those_of_the_application() {
        MockEnvironment environment = new MockEnvironment();
        assertThat(PermittedPaths.ofProbes(environment, "/shop", true))
                .containsExactly("/shop/actuator/health", "/shop/actuator/health/*");
        environment.setProperty("management.endpoint.health.probes.add-additional-paths", "true");
        assertThat(PermittedPaths.ofProbes(environment, "", false)).isEmpty();
        assertThat(PermittedPaths.ofProbes(environment, "/shop", true))
                .containsExactly("/shop/livez", "/shop/readyz", "/shop/actuator/health", "/shop/actuator/health/*");
        environment.setProperty("management.endpoints.web.base-path", "/");
        environment.setProperty("management.endpoints.web.path-mapping.health", "up");
        assertThat(PermittedPaths.ofProbes(environment, "", true)).contains("/up", "/up/*");
        environment.setProperty("management.server.port", "9090");
        assertThat(PermittedPaths.ofProbes(environment, "", true)).containsExactly("/livez", "/readyz");
    }

    /** Headers that a client can send must not decide. */
    @Test
    void facts_are_those_of_the_connection_before_forwarded_headers() throws Exception {
        MockEnvironment environment = new MockEnvironment();
        MockHttpServletRequest sent = request(null);
        sent.setRemoteAddr("192.0.2.1");
        sent.addHeader("Host", "reviews");
        sent.addHeader("X-Forwarded-For", "10.0.0.1");
        sent.addHeader("X-Forwarded-Host", "admin");
        sent.addHeader("X-Forwarded-Prefix", "/public");
        MockFilterChain chain = new MockFilterChain();
        new ForwardedHeaderFilter().doFilter(sent, new MockHttpServletResponse(), chain);
        var wrapped = (jakarta.servlet.http.HttpServletRequest) Objects.requireNonNull(chain.getRequest());
        assertThat(wrapped.getRequestURI()).isEqualTo("/public/api/7");
        for (String strategy : List.of("none", "native", "framework")) {
            environment.setProperty("server.forward-headers-strategy", strategy);
            var request = MeshServletFilter.sent(wrapped, NO_PEERS, new PeerAddresses(environment));
            assertThat(request.path()).isEqualTo("/api/7");
            assertThat(request.host()).isEqualTo("reviews");
            assertThat(request.header("x-forwarded-for")).isEqualTo("10.0.0.1");
            assertThat(request.states(Attribute.REMOTE_IP)).as(strategy).isEqualTo(strategy.equals("none"));
            assertThat(request.states(Attribute.SOURCE_IP)).as(strategy).isEqualTo(!strategy.equals("native"));
        }
        environment.setProperty("server.forward-headers-strategy", "");
        environment.setProperty("spring.main.cloud-platform", "kubernetes");
        assertThat(MeshServletFilter.sent(wrapped, NO_PEERS, new PeerAddresses(environment))
                        .states(Attribute.REMOTE_IP))
                .as("Boot's default on Kubernetes replaces the address by that of a header")
                .isFalse();
        MockHttpServletRequest http2 = request(null);
        http2.setProtocol("HTTP/2.0");
        http2.setServerName("forwarded");
        assertThat(MeshServletFilter.sent(http2, NO_PEERS, new PeerAddresses(environment))
                        .states(Attribute.HOST))
                .as("and so the name of the server, which HTTP/2 has in place of the header")
                .isFalse();
    }

    /** Spring takes the first address, which the client chooses, and keeps that of the proxy if it is none. */
    @ParameterizedTest
    @ValueSource(strings = {"garbage", "10.0.0.1, 203.0.113.9", "10.0.0.1"})
    void spring_does_not_know_the_address_of_a_client_behind_a_proxy(String forwarded) throws Exception {
        MockHttpServletRequest sent = request(null);
        sent.setRemoteAddr("192.0.2.1");
        sent.addHeader("X-Forwarded-For", forwarded);
        MockFilterChain chain = new MockFilterChain();
        new ForwardedHeaderFilter().doFilter(sent, new MockHttpServletResponse(), chain);
        MockEnvironment environment =
                new MockEnvironment().withProperty("server.forward-headers-strategy", "framework");
        var request = MeshServletFilter.sent(
                (jakarta.servlet.http.HttpServletRequest) Objects.requireNonNull(chain.getRequest()),
                NO_PEERS,
                new PeerAddresses(environment));
        assertThat(request.states(Attribute.REMOTE_IP)).isFalse();
        assertThat(request.sourceIp()).hasToString("/192.0.2.1");
    }

    /** Tomcat skips the addresses of trusted proxies from the right; other servers take the first address. */
    @ParameterizedTest
    @CsvSource({"Apache Tomcat/11.0.15,true", "jetty/12.1.5,false", ",false"})
    void of_the_servers_only_tomcat_states_the_address_of_a_client_behind_a_proxy(
            @Nullable String server, boolean stated) {
        MockHttpServletRequest sent = new MockHttpServletRequest(
                new MockServletContext() {
                    @Override
                    @SuppressWarnings("NullAway") // a mock may state none
                    public String getServerInfo() {
                        return server;
                    }
                },
                "GET",
                "/");
        sent.setRemoteAddr("192.0.2.1");
        var request = MeshServletFilter.sent(
                sent,
                NO_PEERS,
                new PeerAddresses(new MockEnvironment().withProperty("server.forward-headers-strategy", "native")));
        assertThat(request.states(Attribute.REMOTE_IP)).isEqualTo(stated);
        assertThat(request.states(Attribute.SOURCE_IP)).isFalse();
    }

    @Test
    void a_mesh_of_the_application_decides() {
        runner.withBean("own", Mesh.class, () -> Mesh.builder()
                        .policy(PolicySource.of(new InboundPolicy().document(1)))
                        .snapshotDirectory(null)
                        .build())
                .withPropertyValues("mesh.server.authorization=enforce")
                .run(context -> assertThat(answer(context, request(STOREFRONT)))
                        .as("it states no service")
                        .isEqualTo("503 [] null"));
    }
}
