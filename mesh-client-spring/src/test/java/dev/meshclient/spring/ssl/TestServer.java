package dev.meshclient.spring.ssl;

import dev.meshclient.spring.MeshIdentityAutoConfiguration;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.jetty.autoconfigure.servlet.JettyServletWebServerAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.SslInfo;
import reactor.core.publisher.Mono;

/** The servers of Boot, each with one resource: the SPIFFE ID of the caller. */
enum TestServer {
    TOMCAT(OnTomcat.class, WebApplicationType.SERVLET),
    JETTY(OnJetty.class, WebApplicationType.SERVLET),
    NETTY(OnNetty.class, WebApplicationType.REACTIVE);

    static final String ANONYMOUS = "anonymous";

    /** Header of the answer with the serial number of the client's certificate. */
    static final String SERIAL = "Client-Serial";

    private final Class<?> configuration;
    private final WebApplicationType type;

    TestServer(Class<?> configuration, WebApplicationType type) {
        this.configuration = configuration;
        this.type = type;
    }

    ConfigurableApplicationContext start(String... properties) {
        SpringApplication application = new SpringApplication(configuration);
        application.setWebApplicationType(type);
        application.setRegisterShutdownHook(false);
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--server.address=127.0.0.1",
                "--server.ssl.bundle=mesh",
                "--server.tomcat.keep-alive-timeout=10m", // longer than any test
                "--server.jetty.connection-idle-timeout=10m"));
        for (String property : properties) {
            arguments.add("--" + property);
        }
        return application.run(arguments.toArray(String[]::new));
    }

    static int port(ConfigurableApplicationContext context) {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    private static String id(X509Certificate @Nullable [] chain) {
        try {
            return chain == null || chain.length == 0
                    ? ANONYMOUS
                    : chain[0].getSubjectAlternativeNames()
                            .iterator()
                            .next()
                            .get(1)
                            .toString();
        } catch (CertificateParsingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String serial(X509Certificate @Nullable [] chain) {
        return chain == null || chain.length == 0
                ? ""
                : chain[0].getSerialNumber().toString();
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        SslAutoConfiguration.class,
        MeshIdentityAutoConfiguration.class,
        MeshSslAutoConfiguration.class,
        MeshServerSslAutoConfiguration.class
    })
    static class WithIdentity {}

    static class WhoServlet extends HttpServlet {
        private static final long serialVersionUID = 1;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            X509Certificate[] chain =
                    (X509Certificate[]) request.getAttribute("jakarta.servlet.request.X509Certificate");
            response.setHeader(SERIAL, serial(chain));
            response.getWriter().print(id(chain));
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OnServlets extends WithIdentity {
        @Bean
        ServletRegistrationBean<WhoServlet> who() {
            return new ServletRegistrationBean<>(new WhoServlet(), "/who");
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(TomcatServletWebServerAutoConfiguration.class)
    static class OnTomcat extends OnServlets {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(JettyServletWebServerAutoConfiguration.class)
    static class OnJetty extends OnServlets {}

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(NettyReactiveWebServerAutoConfiguration.class)
    static class OnNetty extends WithIdentity {
        @Bean
        ReactorResourceFactory withoutQuietPeriod() {
            ReactorResourceFactory resources = new ReactorResourceFactory();
            resources.setShutdownQuietPeriod(Duration.ZERO);
            return resources;
        }

        @Bean
        HttpHandler who() {
            return (request, response) -> {
                SslInfo tls = request.getSslInfo();
                byte[] body = id(tls == null ? null : tls.getPeerCertificates()).getBytes(StandardCharsets.UTF_8);
                return response.writeWith(Mono.just(response.bufferFactory().wrap(body)));
            };
        }
    }
}
